"""What Watchtower's lifecycle labels mean as hooks."""

import pytest

from watcher.config.hooks import Hook
from watcher.config.policy import Policy
from watcher.model.errors import UnreadableSetting
from watcher.model.watchtower_hooks import LIFECYCLE, hooks_of

SCRIPT = 'echo "it\'s\n\u00e9" && exit 75'


def policy(*own: tuple[str, str], **labels: str) -> Policy:
    """The settings of a container with these lifecycle labels, and labels of ours."""
    theirs = {f"{LIFECYCLE}{name.replace('_', '-')}": text for name, text in labels.items()}
    ours = {f"ctr-updater.hook.{name}": text for name, text in own}
    return Policy().with_labels(ours | hooks_of(theirs | ours))


def test_a_shell_runs_the_text_and_what_it_fails_with_afterwards_is_only_told() -> None:
    found = policy(pre_update=SCRIPT, post_update="/after.sh")

    assert found.pre_hook == Hook("pre-update", ("sh", "-c", SCRIPT))
    assert found.post_hook == Hook("post-update", ("sh", "-c", "/after.sh"), is_optional=True)


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ({}, 60),
        ({"pre_update_timeout": "5"}, 300),
        ({"pre_update_timeout": "2", "post_update_timeout": " 3 "}, 180),
        ({"post_update_timeout": "0"}, 7 * 86400),
        ({"post_update_timeout": "9" * 99}, 7 * 86400),
        ({"post_update_timeout": ""}, 60),
    ],
)
def test_both_have_the_longer_limit_in_minutes(limits: dict[str, str], seconds: float) -> None:
    assert policy(pre_update="x", **limits).hook_timeout == seconds


@pytest.mark.parametrize("text", ["2m", "-1", "1.5", "\u0661", "x"])
def test_what_is_no_number_of_minutes_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(UnreadableSetting, match=f"^{LIFECYCLE}pre-update-timeout="):
        policy(pre_update_timeout=text)


def test_ours_speaks_first_for_each() -> None:
    ours = {"pre-update": '["/ours"]', "timeout": "5s", "post-optional": "false"}

    found = policy(*ours.items(), pre_update="theirs", post_update="theirs", pre_update_timeout="9")

    assert found.pre_hook == Hook("pre-update", ("/ours",), 5)
    assert found.post_hook == Hook("post-update", ("sh", "-c", "theirs"), 5)


def test_a_hook_of_ours_afterwards_is_not_optional_for_their_label() -> None:
    assert not policy(("post-update", '["/ours"]'), post_update="theirs").hook_post_optional


def test_an_empty_text_is_none() -> None:
    assert (policy(pre_update=" ", post_update="").pre_hook, policy(post_update="").post_hook) == (None, None)
