"""The replicas of a service go one after another, so that somebody serves all the time."""

import itertools
import signal
from collections.abc import Callable

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import LOCAL, PATIENT, is_untouched
from tests.integration.daemon.balancer import traffic
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.event_log import one_after_another, story, story_until
from tests.integration.daemon.projects import QUICKLY_HEALTHY, Project
from tests.testbed.cli import Result
from tests.testbed.images import Options
from tests.testbed.ports import two_free_ports
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

BROKEN: Options = {"cmd": "echo I am broken; exit 3"}
LOOKS = 200
SCALED = """
services:
  web:
    image: {image}
    ports: ["127.0.0.1:{first}-{last}:80"]
    labels: {{ctr-updater.enable: "true", ctr-updater.source: local}}
    deploy: {{replicas: 2}}
"""


@pytest.fixture
def image(stack: Stack) -> str:
    name = stack.name("web:1")
    stack.image(name, marker="old", healthcheck=QUICKLY_HEALTHY)
    return name


@pytest.fixture
def two_ports() -> tuple[int, int]:
    """Two in a row: Compose gives the replicas one each of a range."""
    port = two_free_ports()
    return port, port + 1


def replicas(stack: Stack, count: int, image: str, *options: str) -> list[App]:
    """Containers labelled as the replicas of one service, made in the reverse of their order."""
    old = stack.image_id(image)
    apps = []
    for number in range(count, 0, -1):
        about = {"project": stack.prefix, "service": "web", "container-number": number, "oneoff": "False"}
        labels = [
            text for key, value in about.items() for text in ("--label", f"com.docker.compose.{key}={value}")
        ]
        name = stack.name(f"web-{number}")
        apps.append(App(name, stack.run(image, *LOCAL, *options, *labels, name=name), image, old))
    return apps[::-1]


def test_each_replica_is_proved_before_the_next_begins(start: Start, stack: Stack, image: str) -> None:
    apps = replicas(stack, 3, image)
    stack.image(image, marker="new", healthcheck=QUICKLY_HEALTHY)

    with stack.events() as events:
        start()
        told = story(events, ends=3)

    assert told == one_after_another(*(app.name for app in apps))


def test_a_replica_that_failed_holds_the_next_back(start: Start, stack: Stack, image: str) -> None:
    first, *rest = replicas(stack, 3, image, *PATIENT)
    stack.image(image, marker="new", **BROKEN)

    with stack.events() as events:
        daemon = start()
        lines = [daemon.wait("container held back", container=app.name) for app in rest]
        told = story(events, ends=1)

    assert [line["why"] for line in lines] == [f"{first.name} failed"] * 2
    assert told == [f"begin {first.name}", f"undo {first.name}"]
    assert daemon.stop() == 0
    assert all(is_untouched(stack, app) for app in rest)
    assert [len(daemon.about(app.name)) for app in rest] == [1, 1]


def test_looking_at_a_replica_that_failed_does_not_let_the_next_go(
    start: Start, stack: Stack, image: str
) -> None:
    first, *rest = replicas(stack, 3, image, *PATIENT)
    daemon, looks = start().looked(), itertools.count()

    def are_held_back() -> bool:
        """Whether both are, and have been looked at often; each time that this is asked is one more."""
        daemon.send(signal.SIGHUP)
        if next(looks) < LOOKS:
            return False
        held = daemon.said("container held back")
        return {line["container"] for line in held} == {app.name for app in rest}

    with stack.events() as events:
        stack.image(image, marker="new", **BROKEN)
        wait_until(are_held_back, "both being held back")
        told = story(events, ends=1)

    assert told == [f"begin {first.name}", f"undo {first.name}"]
    assert all(is_untouched(stack, app) for app in rest)


def test_a_replica_is_not_taken_down_while_another_is_whose_tag_moves_once_more(
    start: Start, stack: Stack, image: str
) -> None:
    first, second = replicas(stack, 2, image)
    stack.image(image, marker="new", healthcheck=QUICKLY_HEALTHY)

    with stack.events() as events:
        start()
        told = story_until(events, f"begin {second.name}")
        stack.image(image, marker="newer", healthcheck=QUICKLY_HEALTHY)
        told += story(events, ends=3)

    assert told == one_after_another(first.name, second.name, first.name, second.name)


def test_replicas_go_one_after_another_in_one_pass_too(
    once: Callable[..., Result], stack: Stack, image: str
) -> None:
    apps = replicas(stack, 2, image)
    stack.image(image, marker="new", healthcheck=QUICKLY_HEALTHY)

    with stack.events() as events:
        done = once()
        told = story(events, ends=2)

    assert (done.code, told) == (0, one_after_another(*(app.name for app in apps)))


def test_a_service_behind_a_balancer_is_updated_without_a_request_lost(
    start: Start, stack: Stack, project: Project, image: str, two_ports: tuple[int, int]
) -> None:
    project.write(SCALED.format(image=image, first=two_ports[0], last=two_ports[1]))
    project.up()
    daemon = start().looked()

    with traffic(two_ports) as flowing:
        stack.image(image, marker="new", healthcheck=QUICKLY_HEALTHY)
        for number in (1, 2):
            daemon.wait("container updated", container=project.container("web", number))

    assert flowing.failures() == []
    assert {"old", "new"} <= flowing.texts()


def test_two_containers_behind_a_balancer_go_one_after_another_where_a_label_says_so(
    start: Start, stack: Stack, image: str, free_port: Callable[[], int]
) -> None:
    ports = [free_port(), free_port()]
    names = [stack.name("srv1"), stack.name("srv2")]
    last = ("--label", f"ctr-updater.depends-on={names[0]}")
    for name, port, more in zip(names, ports, [(), last], strict=True):
        stack.run(image, *LOCAL, *more, "-p", f"127.0.0.1:{port}:80", name=name)
        stack.wait_for(name, lambda found: found["State"]["Health"]["Status"] == "healthy")
    daemon = start().looked()

    with traffic(ports) as flowing, stack.events() as events:
        stack.image(image, marker="new", healthcheck=QUICKLY_HEALTHY)
        for name in names:
            daemon.wait("container updated", container=name)
        told = story(events, ends=2)

    assert flowing.failures() == []
    assert {"old", "new"} <= flowing.texts()
    assert told == one_after_another(*names)
