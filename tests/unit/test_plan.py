"""A plan has the steps that a container's state and policy need, in the order that keeps it safe."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.plan import Action, Plan, plan, wanted_state

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


@pytest.mark.parametrize(
    ("state", "unjudged"),
    [
        (RUNNING, False),
        (RESTARTING, True),
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
