"""A plan has the steps that a container's state and policy need, in the order that keeps it safe."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.check.judgement import Assessment
from watcher.check.verdict import Status, Verdict
from watcher.config.policy import Policy
from watcher.dependencies.namespaces import Dependent, Tie, TieKind
from watcher.update.steps.marking import wanted_state
from watcher.update.steps.plan import Action, AffectedContainer, Plan, Restart
from watcher.update.steps.planning import plan

CID = "0123456789ab" + "c" * 52
RUNNING, STOPPED = {"Running": True}, {"Running": False}
PAUSED = {"Running": True, "Paused": True}
RESTARTING = {"Running": True, "Restarting": True}


def planned(state: dict[str, Any], *, policy: str = "no", removes_itself: bool = False) -> Plan:
    host = {"RestartPolicy": {"Name": policy}, "AutoRemove": removes_itself}
    return plan({"Id": CID, "Name": "/web", "State": state, "HostConfig": host}, "one image to another")


def actions(made: Plan) -> list[str]:
    return [step.action.name for step in made.steps]


@pytest.mark.parametrize(
    ("state", "options", "steps"),
    [
        (RUNNING, {}, "CREATE STOP SET_ASIDE TAKE_NAME START PROVE REMOVE"),
        (RUNNING, {"policy": "unless-stopped"}, "CREATE STOP SET_ASIDE TAKE_NAME START PROVE REMOVE"),
        (RUNNING, {"policy": "always"}, "CREATE STOP HOLD SET_ASIDE TAKE_NAME START PROVE REMOVE"),
        (RUNNING, {"policy": "on-failure"}, "CREATE STOP HOLD SET_ASIDE TAKE_NAME START PROVE REMOVE"),
        (PAUSED, {}, "CREATE STOP SET_ASIDE TAKE_NAME START PROVE PAUSE REMOVE"),
        (STOPPED, {}, "CREATE SET_ASIDE TAKE_NAME REMOVE"),
        (STOPPED, {"policy": "always"}, "CREATE HOLD SET_ASIDE TAKE_NAME REMOVE"),
        (RUNNING, {"removes_itself": True}, "CREATE SPARE GO STOP TAKE_NAME START PROVE REMOVE_SPARE"),
        (STOPPED, {"removes_itself": True}, "CREATE SET_ASIDE TAKE_NAME REMOVE"),
        (RESTARTING, {"policy": "always"}, "CREATE STOP HOLD SET_ASIDE TAKE_NAME START PROVE REMOVE"),
    ],
)
def test_steps_follow_from_state_and_policy(
    state: dict[str, Any], options: dict[str, Any], steps: str
) -> None:
    assert actions(planned(state, **options)) == steps.split()


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        (RUNNING, "CREATE PRE_HOOK STOP SET_ASIDE TAKE_NAME START PROVE POST_HOOK REMOVE"),
        (STOPPED, "CREATE SET_ASIDE TAKE_NAME REMOVE"),
    ],
)
def test_hooks_come_before_the_stop_and_after_the_proof_of_what_runs(
    state: dict[str, Any], steps: str
) -> None:
    container = {"Id": CID, "Name": "/web", "State": state, "HostConfig": {}}
    for is_optional, fate in ((True, "is only told"), (False, "is a failed proof")):
        policy = Policy(hook_pre_update=("ask",), hook_post_update=("see",), hook_post_optional=is_optional)
        made = plan(container, "one image to another", policy)

        assert actions(made) == steps.split()
        causes = [step.cause for step in made.steps if "HOOK" in step.action.name]
        told = ["ask has the last word", f"what see ends with, if it is not 0, {fate}"]
        assert causes == (told if state is RUNNING else [])


STATES = st.sampled_from([RUNNING, STOPPED, PAUSED, RESTARTING])
POLICIES = st.sampled_from(["no", "always", "unless-stopped", "on-failure"])


@given(STATES, POLICIES, st.booleans())
def test_whatever_it_is_creation_comes_first_and_removal_last(state: Any, policy: str, rm: bool) -> None:
    steps = [step.action for step in planned(state, policy=policy, removes_itself=rm).steps]

    assert steps[0] is Action.CREATE
    assert {Action.REMOVE, Action.REMOVE_SPARE}.isdisjoint(steps[:-1])
    assert steps[-1] in {Action.REMOVE, Action.REMOVE_SPARE}
    assert list(steps) == sorted(steps, key=list(Action).index)


@given(STATES, POLICIES, st.booleans())
def test_the_marker_tells_what_the_plan_was_made_from(state: Any, policy: str, rm: bool) -> None:
    """One that does not run has nothing to be kept from removing itself."""
    marker = planned(state, policy=policy, removes_itself=rm).parts[0].marker

    assert (marker.name, marker.kind, marker.other) == ("web", "new", "0123456789ab")
    assert (marker.always, marker.removes_itself) == (policy == "always", rm and state != STOPPED)
    assert marker.retries == (0 if policy == "on-failure" else None)


@pytest.mark.parametrize(
    ("state", "unjudged"),
    [
        (RUNNING, False),
        (RESTARTING, True),
        (RESTARTING | {"ExitCode": 3}, True),
        (RESTARTING | {"ExitCode": 0}, False),
        (RUNNING | {"Health": {"Status": "unhealthy"}}, True),
        (RUNNING | {"Health": {"Status": "starting"}}, False),
        (RUNNING | {"Health": None}, False),
    ],
)
def test_what_was_in_bad_health_before_is_not_gone_back_to_for_it(
    state: dict[str, Any], unjudged: bool
) -> None:
    assert planned(state).parts[0].marker.unjudged == unjudged


def test_a_plan_begins_with_the_pull_where_one_is_needed() -> None:
    container = {"Id": CID, "Name": "/web", "State": RUNNING, "HostConfig": {}}

    assert actions(plan(container, "", pull=True))[:2] == ["PULL", "CREATE"]


@pytest.mark.parametrize(
    ("state", "wanted"),
    [(RUNNING, "r"), (PAUSED, "p"), (STOPPED, "s"), (RESTARTING, "r"), ({"Restarting": True}, "r")],
)
def test_the_state_wanted_is_the_state_found(state: dict[str, Any], wanted: str) -> None:
    assert wanted_state({"State": state}) == wanted


def test_a_container_without_a_restart_policy_is_planned_as_one_with_no() -> None:
    container = {"Id": CID, "Name": "/web", "State": RUNNING, "HostConfig": {}}

    assert plan(container, "").steps == planned(RUNNING).steps


def test_a_plan_is_shown_with_the_change_and_a_cause_for_each_step() -> None:
    first, *rows = str(planned(RUNNING)).split("\n")

    assert first == "web: one image to another"
    assert rows[0] == "  1. create its successor: what cannot be created must fail while the old one serves"
    assert len(rows) == len(planned(RUNNING).steps)


def inspect(name: str, state: dict[str, Any], **host: Any) -> dict[str, Any]:
    return {"Id": name.encode().hex().ljust(64, "0"), "Name": f"/{name}", "State": state, "HostConfig": host}


def dependent(name: str, *providers: str, change: str = "", **host: Any) -> AffectedContainer:
    ties = tuple(Tie(TieKind.NETWORK, provider) for provider in providers)
    container = inspect(name, RUNNING, **host)
    update = Assessment(container, None, Verdict(Status.OUTDATED, change, "")) if change else None
    return AffectedContainer(Dependent(container, ties), update)


def deeds(made: Plan) -> str:
    return " ".join(f"{step.name}.{step.action.name}" for step in made.steps)


def test_whoever_holds_on_to_it_is_created_after_it_stopped_before_it_and_removed_after_it() -> None:
    made = plan(inspect("web", RUNNING), "", affected=[dependent("side", "web"), dependent("deep", "side")])

    assert deeds(made) == (
        "web.CREATE side.CREATE deep.CREATE deep.STOP side.STOP web.STOP "
        "web.SET_ASIDE web.TAKE_NAME web.START web.PROVE "
        "side.SET_ASIDE side.TAKE_NAME side.START side.PROVE "
        "deep.SET_ASIDE deep.TAKE_NAME deep.START deep.PROVE "
        "web.REMOVE side.REMOVE deep.REMOVE"
    )


def test_who_holds_on_to_several_is_started_once_all_of_them_are_proved() -> None:
    for providers in (("web", "side"), ("side", "web")):
        affected = [dependent("side", "web"), dependent("app", *providers)]

        assert "side.PROVE app.SET_ASIDE" in deeds(plan(inspect("web", RUNNING), "", affected=affected))


def test_the_causes_are_others_where_something_is_replaced_with_it() -> None:
    alone, both = (
        {f"{step.name}.{step.action.name}": step.cause for step in made.steps}
        for made in (
            plan(inspect("web", RUNNING), ""),
            plan(inspect("web", RUNNING), "", affected=[dependent("side", "web")]),
        )
    )

    assert {deed for deed in alone if both[deed] != alone[deed]} == {"web.REMOVE"}
    assert "none needs it any more" in both["web.REMOVE"]
    assert both["side.CREATE"] == "it holds on to the id of web"
    assert both["side.STOP"] == "it must not outlive what it holds on to"


def test_those_that_hold_on_to_the_same_are_started_together_and_then_proved() -> None:
    made = plan(inspect("web", RUNNING), "", affected=[dependent("one", "web"), dependent("two", "web")])

    assert "one.START two.SET_ASIDE two.TAKE_NAME two.START one.PROVE two.PROVE" in deeds(made)


def test_whoever_is_restarted_with_it_is_so_before_there_is_no_way_to_tell() -> None:
    """The removal of the old one closes the update: what comes after that would not be caught up on."""
    made = plan(inspect("web", RUNNING), "", restarts=[Restart("worker", "depends_on web, restart: true")])

    assert deeds(made).endswith("web.PROVE worker.RESTART web.REMOVE")
    assert "  7. worker: restart it: depends_on web, restart: true" in str(made).splitlines()


def test_the_plan_names_all_whom_it_concerns() -> None:
    containers = [dependent("side", "web"), dependent("app", "web", "side", change="app:1 was a, is b")]
    made = plan(inspect("web", RUNNING), "one to another", affected=containers, left_alone=["run loses it"])

    assert str(made).splitlines()[:5] == [
        "web: one to another",
        "  with it: side shares the network of web (same image)",
        "  with it: app shares the network of web and shares the network of side (app:1 was a, is b)",
        "  left alone: run loses it",
        "  1. web: create its successor: what cannot be created must fail while the old one serves",
    ]
    assert "  3. app: create its successor: it holds on to the id of web and side" in str(made).splitlines()
