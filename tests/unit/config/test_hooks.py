"""Hooks are lists of words, which no shell reads."""

import pytest

from watcher.config.hooks import Hook, words
from watcher.config.policy import Policy


def test_a_list_of_words_is_taken_as_it_is() -> None:
    assert words('["/bin/backup", "--all", "", "a b"]') == ("/bin/backup", "--all", "", "a b")


@pytest.mark.parametrize(
    "text",
    ["/bin/backup", '"/bin/backup"', "[]", '[""]', '["a", 1]', '["a\\u0000"]', "{}", "[" * 100_000, ""],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        words(text)


def test_it_is_shown_escaped_and_cut() -> None:
    assert str(Hook("pre-update", ("sh", "-c", "echo \x1b[31m"))) == r"sh -c 'echo \x1b[31m'"
    assert len(str(Hook("pre-update", ("x" * 500,)))) == 60


def test_labels_make_hooks_and_a_policy_may_be_without() -> None:
    labels = {
        "ctr-updater.hook.pre-update": '["a"]',
        "ctr-updater.hook.post-update": '["b"]',
        "ctr-updater.hook.timeout": "5s",
        "ctr-updater.hook.post-optional": "true",
    }

    policy = Policy().with_labels(labels)

    assert policy.pre_hook == Hook("pre-update", ("a",), 5)
    assert policy.post_hook == Hook("post-update", ("b",), 5, is_optional=True)
    assert (policy.without_hooks.pre_hook, policy.without_hooks.post_hook) == (None, None)
    assert (Policy().pre_hook, Policy().post_hook) == (None, None)
