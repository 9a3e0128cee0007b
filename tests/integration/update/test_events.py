"""What is told of an update on a real engine: every step in its order, and the attempt at its end."""

import asyncio
from pathlib import Path

import pytest

from tests.integration.apps import App, current, outdated
from tests.integration.updates import replaced, unchanged
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack
from watcher.cli import session
from watcher.host.fleet import Fleet
from watcher.model.errors import WatcherError
from watcher.model.events import Event, EventsDropped, SubscriberFailed
from watcher.model.registry_events import PullBegan, PullEnded
from watcher.model.update_events import Attempt, AttemptEnded, Planned, StageBegan, StageEnded, Updated
from watcher.update import by_hand
from watcher.update.request import HeldBack, Outcome, Request

RELEASE = {"version": "1.0", "source": "https://github.com/example/app"}
STEPS = ["create", "stop", "set_aside", "take_name", "start", "prove", "remove"]


class Told:
    """What was told of updates by hand: the events, and to the recorder."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.expected: list[Attempt] = []
        self.recorded: list[Attempt] = []
        self.results: list[Outcome | HeldBack | WatcherError] = []

    async def expect(self, attempt: Attempt) -> None:
        self.expected.append(attempt)

    async def record(self, attempt: Attempt) -> None:
        self.recorded.append(attempt)

    @property
    def stages(self) -> list[str]:
        """`+stop`, `-stop` for a stage that begins and ends; `!stop` for one that fails."""
        signs = {True: "-", False: "!"}
        return [
            f"+{each.stage}" if isinstance(each, StageBegan) else f"{signs[each.is_done]}{each.stage}"
            for each in self.events
            if isinstance(each, StageBegan | StageEnded)
        ]

    def update(self, *names: str, request: Request) -> "Told":
        async def command(fleet: Fleet) -> int:
            context = fleet.sole
            context.events.subscribe("test", self.events.append)
            context.events.record_with("test", self)
            async for _, result in by_hand.update(context, names, request):
                self.results.append(result)
            return 0

        assert session.run(command) == 0
        return self


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, proxy: Proxy, tmp_path: Path) -> Told:
    monkeypatch.setenv("DOCKER_HOST", proxy.host)
    monkeypatch.setenv("CTR_UPDATER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CTR_UPDATER_STABLE_FOR", "500ms")
    return Told()


def both(steps: list[str]) -> list[str]:
    return [sign + step for step in steps for sign in "+-"]


def attempt_of(told: Told, web: App, stack: Stack, *, is_begun: bool = True) -> Attempt:
    """The one attempt that ended, as recorded and as told, with what every attempt has to say."""
    (attempt,) = told.recorded
    assert [each.attempt for each in told.events if isinstance(each, AttemptEnded)] == [attempt]
    assert (attempt.name, attempt.image, attempt.by, attempt.kind) == (web.name, web.image, "cli", "update")
    assert (attempt.old.id, attempt.new.id) == (web.old, stack.image_id(web.image))
    assert attempt.containers[0] == (web.cid if is_begun else "")
    return attempt


def test_versions_and_a_link_go_with_an_attempt(told: Told, stack: Stack) -> None:
    said = {f"org.opencontainers.image.{key}": value for key, value in RELEASE.items()}
    web = outdated(stack, labels=said, new={"labels": said | {"org.opencontainers.image.version": "1.1"}})

    told.update(web.name, request=Request())

    attempt = attempt_of(told, web, stack)
    assert (attempt.old.version, attempt.new.version) == ("1.0", "1.1")
    assert attempt.link == f"{RELEASE['source']}/releases"


@pytest.mark.every_engine
def test_an_update_tells_its_plan_each_step_and_its_end_in_order(told: Told, stack: Stack) -> None:
    web = outdated(stack)

    told.update(web.name, request=Request())

    assert told.stages == both(STEPS)
    kinds = [type(each) for each in told.events]
    assert (kinds[0], kinds[-2:]) == (Planned, [AttemptEnded, Updated])
    attempt = attempt_of(told, web, stack)
    assert (attempt.outcome, list(attempt.stages)) == ("updated", STEPS)
    assert attempt.down_s is not None
    assert 0 < attempt.down_s < attempt.took_s
    assert attempt.containers[1] == replaced(stack, web)["Id"]
    assert [(each.outcome, each.containers) for each in told.expected] == [("updated", attempt.containers)]


def test_an_attempt_knows_both_versions_and_where_to_read_what_is_new(told: Told, stack: Stack) -> None:
    said = {"org.opencontainers.image.version": "1", "org.opencontainers.image.source": "https://a.b/c/d"}
    outdated(stack, labels=said, new={"labels": said | {"org.opencontainers.image.version": "2"}})

    (attempt,) = told.update(stack.name("web"), request=Request()).recorded

    assert (attempt.old.version, attempt.new.version) == ("1", "2")
    assert attempt.link == "https://a.b/c/d/releases"


def test_an_update_that_fails_tells_the_step_and_the_way_back(
    told: Told, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = "seq 30; echo $SECRET; printf '\\033[31mend\\n'; exit 7"
    web = outdated(stack, "-e", "SECRET=hunter2hunter2", new={"cmd": ["/bin/sh", "-c", says]})
    before = stack.inspect(web.name)
    monkeypatch.setenv("CTR_UPDATER_STABLE_FOR", "30s")

    told.update(web.name, request=Request())

    assert told.stages == [*both(STEPS[:-2]), "+prove", "!prove", "+back", "-back"]
    attempt = attempt_of(told, web, stack)
    assert (attempt.outcome, attempt.why) == ("rolled back", str(told.results[0]))
    assert attempt.down_s is not None
    assert [each.outcome for each in told.expected] == ["rolled back"]
    assert [*attempt.output[:18]] == [str(number) for number in range(13, 31)]
    assert len(attempt.output) == 20
    assert attempt.output[-1] == r"\x1b[31mend"
    assert "hunter2" not in str(told.events)
    unchanged(stack, before)


def test_where_nothing_stopped_nothing_was_down(told: Told, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    proxy.arm(answer(500), match="^POST .*/containers/create", times=99)

    told.update(web.name, request=Request())

    assert told.stages[:2] == ["+create", "!create"]
    attempt = attempt_of(told, web, stack)
    assert (attempt.outcome, attempt.down_s, attempt.containers[1]) == ("failed", None, "")


@pytest.mark.parametrize("options", [(), ("--rm",)])
def test_an_update_that_was_cut_short_is_recorded_by_the_next_run_as_the_same(
    told: Told, stack: Stack, proxy: Proxy, options: tuple[str, ...]
) -> None:
    web = outdated(stack, *options)
    proxy.arm(answer(500), match="^DELETE .*", times=99)
    told.update(web.name, request=Request())
    first = attempt_of(told, web, stack)
    assert (first.outcome, first.why) == ("updated", str(told.results[0]))
    assert "is updated and works, but what it was before is still there" in first.why
    proxy.disarm()

    again = Told().update(web.name, request=Request())

    (attempt,) = again.recorded
    assert again.stages == both(["settle"])
    assert (attempt.outcome, attempt.why) == ("recovered", "it was cut short, and was finished")
    assert attempt.containers == told.recorded[0].containers
    replaced(stack, web)


def test_what_is_refused_is_recorded_once_and_what_is_current_is_not(told: Told, stack: Stack) -> None:
    web, fine = outdated(stack, "--label", "io.kubernetes.pod.name=web"), current(stack, name="fine")

    told.update(fine.name, web.name, request=Request())

    attempt = attempt_of(told, web, stack, is_begun=False)
    assert (attempt.outcome, attempt.why) == ("refused", str(told.results[1]))
    assert told.stages == []


def test_a_plan_alone_is_no_attempt(told: Told, stack: Stack) -> None:
    web, owned = outdated(stack), outdated(stack, "--label", "io.kubernetes.pod.name=x", name="owned")

    told.update(web.name, owned.name, request=Request(dry_run=True))

    assert told.recorded == []
    assert len(told.results) == 2


def test_a_pull_is_told_before_the_update(told: Told, stack: Stack) -> None:
    web = current(stack, name="pulled")

    told.update(web.name, request=Request(pull=True))

    began, ended = (each for each in told.events if isinstance(each, PullBegan | PullEnded))
    assert isinstance(ended, PullEnded)
    assert began.image == ended.image
    assert ended.why


@pytest.mark.usefixtures("told")
def test_whoever_listens_and_hangs_or_fails_holds_up_no_update(stack: Stack) -> None:
    web, seen = outdated(stack), list[Event]()

    async def hang(_: Event) -> None:
        await asyncio.Event().wait()

    def fail(_: Event) -> None:
        raise OSError("disk full")

    async def command(fleet: Fleet) -> int:
        context = fleet.sole
        context.events.subscribe("hanging", hang)
        context.events.subscribe("broken", fail)
        context.events.subscribe("test", seen.append)
        (result,) = [each async for _, each in by_hand.update(context, [web.name], Request())]
        assert isinstance(result, Outcome)
        replaced(stack, web)
        return 0

    assert session.run(command) == 0
    (lost,) = (each for each in seen if isinstance(each, EventsDropped))
    assert (lost.subscriber, lost.count > len(STEPS)) == ("hanging", True)
    assert [each for each in seen if isinstance(each, SubscriberFailed)] == [
        SubscriberFailed("broken", "OSError: disk full")
    ]
