"""With `--watchtower` its labels count where ours are absent; without it, and from an image, they do not."""

from collections.abc import Callable

import pytest

from tests.integration.apps import current, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.testbed.cli import Commands, Result
from tests.testbed.stack import Stack
from watcher.model.watchtower import PREFIX

pytestmark = pytest.mark.scenario

COUNT = {"CTR_UPDATER_WATCHTOWER": "true"}


def theirs(**labels: str) -> tuple[str, ...]:
    """Options for labels of Watchtower's."""
    return tuple(
        text
        for name, value in labels.items()
        for text in ("--label", f"{PREFIX}{name.replace('_', '-')}={value}")
    )


ENABLED = theirs(enable="true", no_pull="true")


def test_one_that_opted_in_to_watchtower_is_followed_at_once(start: Start, stack: Stack) -> None:
    web = current(stack, *ENABLED)
    daemon = start("--watchtower").looked()

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    labels = stack.inspect(web.name)["Config"]["Labels"]
    assert is_replaced(stack, web)
    assert {name for name in labels if name.startswith("ctr-updater.")} == set()
    assert labels[f"{PREFIX}enable"] == "true"


def test_without_the_setting_it_is_not(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, *ENABLED)

    assert (once().code, once("--watchtower").code) == (0, 0)
    assert is_replaced(stack, web)  # by the second


@pytest.mark.parametrize(
    "labels",
    [
        theirs(monitor_only="true"),
        theirs(enable="false"),
        theirs(cooldown_delay="1w"),
        ("--label", "ctr-updater.enable=false"),
        ("--label", "ctr-updater.mode=notify"),
    ],
    ids=" ".join,
)
def test_what_holds_an_update_back_counts(
    once: Callable[..., Result], stack: Stack, labels: tuple[str, ...]
) -> None:
    web = outdated(stack, *ENABLED, *labels)

    assert once("--watchtower").code == 0
    assert is_untouched(stack, web)


def test_ours_speaks_first(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(
        stack, *theirs(enable="false", monitor_only="true"), *LOCAL, "--label", "ctr-updater.mode=update"
    )

    assert once("--watchtower").code == 0
    assert is_replaced(stack, web)


def test_an_image_opts_nothing_in(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, labels={f"{PREFIX}enable": "true"})

    done = once("--watchtower")

    assert (done.code, "labels of its image count for nothing" in done.err) == (0, True)
    assert is_untouched(stack, web)


def test_what_depends_on_another_goes_after_it(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, *ENABLED, *theirs(depends_on=f"/{stack.name('zdb')}"))
    database = outdated(stack, *ENABLED, name="zdb")

    with stack.events() as events:
        assert once("--watchtower").code == 0
        told = story(events, ends=2)

    assert told == one_after_another(database.name, web.name)


@pytest.mark.every_engine
def test_the_signal_that_it_asks_for_ends_the_old_one(
    once: Callable[..., Result], stack: Stack, engine_version: str
) -> None:
    traps = " ".join(f"trap 'echo {each} > /said/by; exit 0' {each};" for each in ("USR1", "TERM"))
    told = f"{traps} while :; do sleep 0.1; done"
    volume = stack.name("said")
    options = (*ENABLED, *theirs(stop_signal="SIGUSR1"), "-v", f"{volume}:/said")
    web = outdated(stack, *options, cmd=told)

    assert once("--watchtower").code == 0

    said = stack.engine.docker("exec", web.name, "cat", "/said/by").strip()
    assert said == ("TERM" if engine_version == "20.10" else "USR1")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (theirs(enable="yes"), "enable='yes' cannot be read - it takes true or false"),
        ((*ENABLED, *theirs(stop_signal="SIGNOT")), "stop-signal='SIGNOT' cannot be read"),
    ],
    ids=["enable", "stop-signal"],
)
def test_what_cannot_be_read_starts_no_update_and_is_said(
    once: Callable[..., Result], stack: Stack, label: tuple[str, ...], words: str
) -> None:
    web = outdated(stack, *label)

    done = once("--watchtower")

    assert (done.code, words in done.err) == (2, True), done.err
    assert is_untouched(stack, web)


def test_what_has_no_counterpart_is_said_once_by_name(start: Start, stack: Stack) -> None:
    web, fence = current(stack, *ENABLED, *theirs(git_repo="x")), labelled(stack, name="fence")
    daemon = start("--watchtower").looked()

    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    (line,) = daemon.said("labels in doubt", container=web.name)
    assert line["why"] == f"labels of Watchtower's that have no counterpart here: '{PREFIX}git-repo'"


def test_all_are_watched_but_those_that_opt_out_of_watchtower(cli: Commands, stack: Stack) -> None:
    plain, out = outdated(stack), outdated(stack, *theirs(enable="false"), name="out")

    listed = cli("watcher", "list", env=COUNT | {"CTR_UPDATER_WATCH": "all"}).out

    assert (plain.name in listed, out.name in listed) == (True, False)
