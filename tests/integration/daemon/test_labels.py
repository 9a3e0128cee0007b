"""What labels and settings ask for; what cannot be read starts nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.integration.apps import current, outdated
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Result
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack


@pytest.mark.parametrize(
    ("label", "value", "right"),
    [
        ("enable", "yes", "true or false"),
        ("enable", "True", "true or false"),
        ("mode", "monitor", "update, notify or approve"),
        ("source", "hub", "registry or local"),
        ("stop-timeout", "10", "a duration such as"),
        ("stable-for", "-1s", "a duration such as"),
        ("health-timeout", "soon", "a duration such as"),
        ("schedule", "at night", "a cron expression"),
        ("schedule", "0 0 3 * * *", "a cron expression"),
        ("window", "at night", "spans such as Sat,Sun 02:00-05:00"),
        ("window", "02:00-02:00", "spans such as Sat,Sun 02:00-05:00"),
        ("cleanup", "1", "true or false"),
    ],
)
def test_a_label_that_cannot_be_read_is_said_once_with_what_would_be_right(
    start: Start, stack: Stack, label: str, value: str, right: str
) -> None:
    odd = current(stack, *LOCAL, "--label", f"ctr-updater.{label}={value}", name="odd")
    fence = labelled(stack, name="fence")
    move(stack, odd)
    daemon = start().looked()

    line = daemon.wait("container not updated", container=odd.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert f"ctr-updater.{label}={value!r}" in line["why"]
    assert right in line["why"]
    assert daemon.stop() == 0
    assert len(daemon.about(odd.name)) == 1
    assert is_untouched(stack, odd)


def test_spaces_around_a_value_are_forgiven(daemon: Running, stack: Stack) -> None:
    web = current(stack, "--label", "ctr-updater.enable= true ", "--label", "ctr-updater.source=local")

    move(stack, web)

    daemon.wait("container updated", container=web.name)


def test_mode_notify_says_it_once_and_does_not_do_it(daemon: Running, stack: Stack) -> None:
    web = current(stack, *LOCAL, "--label", "ctr-updater.mode=notify")
    fence = labelled(stack, name="fence")

    new = move(stack, web)
    line = daemon.wait("update available", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert (line["old"], line["new"]) == (web.old[7:19], new[7:19])
    assert daemon.stop() == 0
    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


def test_mode_notify_says_each_further_move(daemon: Running, stack: Stack) -> None:
    web = current(stack, *LOCAL, "--label", "ctr-updater.mode=notify")

    for marker in ("second", "third"):
        new = move(stack, web, marker=marker)
        daemon.wait("update available", container=web.name, new=new[7:19])

    assert is_untouched(stack, web)


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_a_default_holds_for_containers_without_the_label_alone(start: Start, stack: Stack, how: str) -> None:
    quiet, own = (
        outdated(stack, *LOCAL),
        outdated(stack, *LOCAL, "--label", "ctr-updater.mode=update", name="own"),
    )

    flags = ["--mode", "notify"] if how == "flag" else []
    daemon = start(*flags, env={} if flags else {"CTR_UPDATER_MODE": "notify"})

    daemon.wait("container updated", container=own.name)
    daemon.wait("update available", container=quiet.name)
    assert daemon.stop() == 0
    assert is_untouched(stack, quiet)


def test_a_flag_beats_its_variable(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)

    daemon = start("--mode", "notify", env={"CTR_UPDATER_MODE": "update"})

    daemon.wait("update available", container=web.name)
    assert is_untouched(stack, web)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CTR_UPDATER_INTERVAL", "soon"),
        ("CTR_UPDATER_CONCURRENCY", "0"),
        ("CTR_UPDATER_CLEANUP", "yes"),
        ("CTR_UPDATER_SCHEDULE", "* * *"),
        ("CTR_UPDATER_LOG_LEVEL", "loud"),
        ("CTR_UPDATER_MODE", "monitor"),
    ],
)
def test_a_variable_that_cannot_be_read_ends_the_start_with_2(
    once: Callable[..., Result], variable: str, value: str
) -> None:
    done = once(env={variable: value})

    assert (done.code, done.err.startswith(f"{variable}={value!r} cannot be read")) == (2, True)


def test_a_schedule_holds_the_update_and_says_until_when(daemon: Running, stack: Stack) -> None:
    web = current(stack, *LOCAL, "--label", "ctr-updater.schedule=0 3 29 2 *")
    fence = labelled(stack, name="fence")

    move(stack, web)
    line = daemon.wait("update waits for its schedule", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    due = datetime.fromisoformat(line["due"])
    assert (due.month, due.day, due.hour, due.minute) == (2, 29, 3, 0)
    assert due.utcoffset() is not None
    assert daemon.stop() == 0
    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


def test_a_schedule_lets_the_update_begin_when_its_time_comes(daemon: Running, stack: Stack) -> None:
    minute = datetime.now().astimezone() + timedelta(seconds=80)
    web = current(stack, *LOCAL, "--label", f"ctr-updater.schedule={minute:%M} {minute:%H} * * *")

    move(stack, web)
    line = daemon.wait("update waits for its schedule", container=web.name)
    done = daemon.wait("container updated", container=web.name, timeout=150)

    assert datetime.fromisoformat(done["timestamp"]) >= datetime.fromisoformat(line["due"])
    assert is_replaced(stack, web)


def test_a_schedule_is_in_the_time_zone_of_the_daemon(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.schedule=0 3 29 2 *")

    line = start(env={"TZ": "Asia/Kolkata"}).wait("update waits for its schedule", container=web.name)

    assert line["due"].endswith("T03:00:00+05:30")


def test_a_stop_timeout_is_what_the_old_container_gets(daemon: Running, stack: Stack) -> None:
    """Without it this container, which ignores SIGTERM, would be given 1000 s."""
    web = current(
        stack, *LOCAL, "--stop-timeout", "1000", "--label", "ctr-updater.stop-timeout=1s", cmd="sleep 100000"
    )

    move(stack, web)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_cleanup_removes_the_old_image_once_nothing_refers_to_it(daemon: Running, stack: Stack) -> None:
    web = current(stack, *LOCAL, "--label", "ctr-updater.cleanup=true", "--label", "ctr-updater.keep=0")
    move(stack, web)

    daemon.wait("container updated", container=web.name)

    wait_until(lambda: stack.engine.api("GET", f"/images/{web.old}/json")[0] == 404, "the image's removal")


def test_without_cleanup_the_old_image_stays(daemon: Running, stack: Stack) -> None:
    if stack.engine.version == "26.1" and stack.engine.containerd_store:
        pytest.skip("26.1 drops an untagged image of the containerd store by itself")
    web = labelled(stack)
    move(stack, web)

    daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0
    assert stack.engine.api("GET", f"/images/{web.old}/json")[0] == 200


@pytest.mark.parametrize(
    ("labels", "word"),
    [
        ({"com.docker.swarm.task.id": "x", "com.docker.swarm.service.name": "web"}, "Swarm"),
        ({"io.kubernetes.pod.name": "web", "io.kubernetes.container.name": "web"}, "Kubernetes"),
        ({"PODMAN_SYSTEMD_UNIT": "web.service"}, "Podman"),
    ],
    ids=["swarm", "kubernetes", "podman"],
)
def test_a_container_that_somebody_else_manages_is_refused_with_a_word(
    daemon: Running, stack: Stack, labels: dict[str, str], word: str
) -> None:
    options = [text for key, value in labels.items() for text in ("--label", f"{key}={value}")]
    web, fence = current(stack, *LOCAL, *options), labelled(stack, name="fence")

    move(stack, web)
    line = daemon.wait("container not updated", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert word.casefold() in line["why"].casefold()
    assert daemon.stop() == 0
    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


@pytest.mark.parametrize("pin", ["id", "prefix of the id"])
def test_a_pinned_container_is_current(daemon: Running, stack: Stack, pin: str) -> None:
    reference = stack.name("app:1")
    old = stack.image(reference, marker="old")
    pinned = old if pin == "id" else old.removeprefix("sha256:")[:20]
    cid = stack.run(pinned, *OPT_IN, name=stack.name("web"))
    fence = labelled(stack, name="fence")

    stack.image(reference, marker="new")
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert daemon.stop() == 0
    assert stack.inspect(stack.name("web"))["Id"] == cid
    assert daemon.about(stack.name("web")) == []
