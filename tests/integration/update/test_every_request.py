"""`docker start` and `docker stop` at every request of an update, those that only read included.

Every request counts, also those that show that the updater lives; their number is another one each time. With
`--matrix all` a person comes before each of them, else before a sixth that the commit chooses.
"""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from attrs import frozen

from tests.integration.apps import App, outdated
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.sampling import commit, draw
from tests.testbed.stack import Stack

pytestmark = pytest.mark.timeout(3600)  # one test is several updates

MOST, BLOCK, PARTS = 120, 10, 6
ENV = {"CTR_UPDATER_STABLE_FOR": "100ms"}
_ACCEPTED = 399


@frozen
class Point:
    """What a person types before one of the requests.

    Attributes:
        was: The container's state before its update: `running` or `stopped`.
        verb: `start` or `stop`.
        number: The request, from 1.
    """

    was: str
    verb: str
    number: int

    def wants(self, *, is_refused: bool) -> set[bool]:
        """Whether it may run in the end, and whether it may be down."""
        if is_refused or self.verb == "start" or self.was == "stopped":
            return {self.was == "running" or (self.verb == "start" and not is_refused)}
        return {True, False}


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> Callable[[Point], bool]:
    """Tell whether a point is to be tried."""
    is_all = request.config.getoption("--matrix") == "all"
    return lambda point: is_all or draw(str(point)) % PARTS == commit() % PARTS


@pytest.mark.parametrize("first", range(1, MOST, BLOCK))
@pytest.mark.parametrize("verb", ["start", "stop"])
@pytest.mark.parametrize("was", ["running", "stopped"])
def test_no_container_is_lost_to_a_start_or_a_stop_before_any_request(
    cli: Commands,
    stack: Stack,
    proxy: Proxy,
    chosen: Callable[[Point], bool],
    record_property: Callable[[str, object], None],
    was: str,
    verb: str,
    first: int,
) -> None:
    points = [Point(was, verb, number) for number in range(first, first + BLOCK)]
    lost, tried = list[str](), 0
    for point in filter(chosen, points):
        with _app(stack, point) as app:
            status, done = _visited(cli, proxy, stack, app, point)
            if status is None:
                assert point.number > 1, done
                break
            tried += 1
            if done.code:
                done = cli(*UPDATE, app.name, env=ENV, timeout=240)
            wrong = _wrong(stack, app, done, point.wants(is_refused=status > _ACCEPTED))
            lost += [f"{point}, who was told {status}: {wrong}"] if wrong else []
    record_property("points", tried)
    if not tried:
        pytest.skip("none of its points is in this share, or the update makes fewer requests")
    assert not lost, "\n".join(lost)


@contextlib.contextmanager
def _app(stack: Stack, point: Point) -> Iterator[App]:
    app = outdated(stack, "-v", "/data", "-e", "OWN=value", name=f"web{point.number}")
    if point.was == "stopped":
        stack.engine.docker("stop", "-t", "0", app.name)
    yield app
    for row in stack.containers().values():
        stack.engine.docker("rm", "-f", "-v", row["Id"])


def _visited(cli: Commands, proxy: Proxy, stack: Stack, app: App, point: Point) -> tuple[int | None, Result]:
    """Update it with a person in it; what they were told, or None where there is no such request."""
    told = list[int]()

    def visit() -> None:
        told.append(stack.engine.api("POST", f"/containers/{app.name}/{point.verb}?t=0")[0])

    proxy.arm(run(visit, then=passing), n=point.number, match=".", asked=True)
    done = cli(*UPDATE, app.name, env=ENV | {"DOCKER_HOST": proxy.host}, timeout=240)
    proxy.disarm()
    return (told[0] if told else None), done


def _wrong(stack: Stack, app: App, done: Result, may_run: set[bool]) -> str:
    """What is wrong once it is updated; empty where nothing is."""
    names = list(stack.containers())
    if names != [app.name]:
        return f"there are {names} after {done}"
    after = stack.inspect(app.name)
    found = {
        "its state": after["State"]["Running"] in may_run,
        "its image": done.code == 0 and after["Image"] == stack.image_id(app.image),
        "its data": [mount["Destination"] for mount in after["Mounts"]] == ["/data"],
        "its options": "OWN=value" in after["Config"]["Env"],
    }
    amiss = [what for what, is_right in found.items() if not is_right]
    return f"{', '.join(amiss)}: {after['State']['Status']} after {done}" if amiss else ""
