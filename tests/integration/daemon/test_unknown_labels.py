"""Labels of our prefix that are not known, or that opt nothing in: said, and nothing is done for them."""

from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, current, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.testbed.cli import Commands, Result
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

MISTYPED = pytest.mark.parametrize(
    ("label", "right"),
    [("scheduel=0 3 * * *", "ctr-updater.schedule"), ("monitor-only=true", "ctr-updater.mode")],
)


@MISTYPED
def test_a_label_that_is_not_known_starts_no_update_and_is_said_once(
    start: Start, stack: Stack, label: str, right: str
) -> None:
    odd = outdated(stack, *LOCAL, "--label", f"ctr-updater.{label}", name="odd")
    fence = labelled(stack, name="fence")
    daemon = start()

    line = daemon.wait("container not updated", container=odd.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert f"'ctr-updater.{label.partition('=')[0]}' is not known" in line["why"]
    assert right in line["why"]
    assert daemon.stop() == 0
    assert len(daemon.about(odd.name)) == 1
    assert is_untouched(stack, odd)


@pytest.mark.parametrize("label", ["scheduel=@daily", "mode=sometimes", "gate=nobody"])
def test_nothing_is_pulled_for_one_whose_labels_cannot_be_read(
    once: Callable[..., Result], stack: Stack, registry: PrivateRegistry, label: str
) -> None:
    odd = published(stack, registry, *OPT_IN, "--label", f"ctr-updater.{label}", name="odd")
    fence = published(stack, registry, *OPT_IN, name="fence")

    done = once()

    assert done.code == 2
    assert is_replaced(stack, fence)
    assert stack.image_id(odd.image) == odd.old


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("enabled=true", "did you mean ctr-updater.enable?"),
        ("mode=update", "it has ctr-updater.mode, but not ctr-updater.enable=true"),
        ("enable=", None),
    ],
)
def test_a_container_with_labels_of_ours_that_did_not_opt_in_is_said_once(
    start: Start, stack: Stack, label: str, words: str | None
) -> None:
    web = outdated(stack, "--label", "ctr-updater.source=local", "--label", f"ctr-updater.{label}")
    fence = labelled(stack, name="fence")
    daemon = start()

    line = daemon.wait("labels in doubt", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert (words or "it has ctr-updater.source, but not ctr-updater.enable=true") in line["why"]
    assert daemon.stop() == 0
    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


def test_once_says_it_too_and_does_the_rest(once: Callable[..., Result], stack: Stack) -> None:
    mistyped = outdated(stack, "--label", "ctr-updater.enabled=true", name="mistyped")
    refused = outdated(stack, *LOCAL, "--label", "ctr-updater.scheduel=@daily", name="refused")
    web = outdated(stack, *LOCAL)

    done = once()

    assert done.code == 2
    assert "did you mean ctr-updater.enable?" in done.err
    assert "did you mean ctr-updater.schedule?" in done.err
    assert is_replaced(stack, web)
    assert is_untouched(stack, mistyped)
    assert is_untouched(stack, refused)


def test_check_and_list_say_it_too(cli: Commands, stack: Stack) -> None:
    refused = outdated(stack, *LOCAL, "--label", "ctr-updater.scheduel=@daily", name="refused")
    mistyped = outdated(stack, "--label", "ctr-updater.enabled=true", name="mistyped")

    checked, listed = cli("watcher", "check", refused.name), cli("watcher", "list")

    assert (checked.code, "did you mean ctr-updater.schedule?" in checked.out) == (5, True)
    assert "did you mean ctr-updater.schedule?" in listed.out
    assert f"{mistyped.name}: it is not followed: 'ctr-updater.enabled' is not known" in listed.err


@pytest.mark.parametrize("command", [("watcher", "update", "--no-pull"), ("ctr-updater", "--autoupdate")])
def test_a_person_does_not_update_it_either(cli: Commands, stack: Stack, command: tuple[str, ...]) -> None:
    web = outdated(stack, "--label", "ctr-updater.stop_timeout=1s")

    done = cli(*command, web.name)

    assert done.code == 2
    assert "'ctr-updater.stop_timeout' is not known - did you mean ctr-updater.stop-timeout?" in done.err
    assert is_untouched(stack, web)


def test_an_empty_label_is_not_set(once: Callable[..., Result], stack: Stack) -> None:
    empty = [text for key in ("mode", "schedule", "scheduel") for text in ("--label", f"ctr-updater.{key}=")]
    web = outdated(stack, *LOCAL, *empty)

    assert once().code == 0
    assert is_replaced(stack, web)


@pytest.mark.parametrize(
    "command",
    [("watcher", "run", "--once"), ("watcher", "list"), ("ctr-updater",), ("watcher", "check", "web")],
)
def test_a_variable_that_is_not_known_ends_every_command_with_2(
    cli: Commands, command: tuple[str, ...]
) -> None:
    done = cli(*command, env=QUICK | {"CTR_UPDATER_INTERVALL": "1h"})

    assert done == (2, "", "'CTR_UPDATER_INTERVALL' is not known - did you mean CTR_UPDATER_INTERVAL?\n")


def test_an_empty_variable_is_not_set(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    done = cli("ctr-updater", web.name, env={"CTR_UPDATER_STABLE_FOR": "", "CTR_UPDATER_INTERVALL": ""})

    assert done.code == 0
