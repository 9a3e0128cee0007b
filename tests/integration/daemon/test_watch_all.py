"""`--watch all`: every container is looked after but those that opt out; nothing else is another then."""

from collections.abc import Callable

import pytest

from tests.integration.apps import App, current, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.projects import Project
from tests.testbed.cli import Commands, Result
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

ALL = {"CTR_UPDATER_WATCH": "all"}
HERE = ("--label", "ctr-updater.source=local")  # no registry has it
OUT = ("--label", "ctr-updater.enable=false")


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_one_without_a_label_is_updated_and_one_that_opts_out_is_not(
    start: Start, stack: Stack, how: str
) -> None:
    plain, out = current(stack, *HERE), current(stack, *OUT, name="out")
    daemon = (start("--watch", "all") if how == "flag" else start(env={**ALL})).looked()

    move(stack, out)
    move(stack, plain)
    daemon.wait("container updated", container=plain.name)

    assert is_replaced(stack, plain)
    assert is_untouched(stack, out)
    assert daemon.said("labels in doubt") == []


def test_one_that_was_not_there_at_the_start_is_looked_after_too(start: Start, stack: Stack) -> None:
    daemon = start("--watch", "all").looked()

    plain = outdated(stack, *HERE)

    daemon.wait("container updated", container=plain.name)
    assert is_replaced(stack, plain)


def test_a_pass_takes_all_and_leaves_one_that_is_not_running_so(
    once: Callable[..., Result], stack: Stack
) -> None:
    plain, stopped = outdated(stack, *HERE), outdated(stack, *HERE, name="stopped")
    stack.engine.docker("stop", "-t", "0", stopped.name)

    assert once("--watch", "all").code == 0

    assert is_replaced(stack, plain)
    found = stack.inspect(stopped.name)
    assert (found["Id"] != stopped.cid, found["State"]["Status"]) == (True, "created")


def test_a_label_that_cannot_be_read_still_starts_no_update(
    once: Callable[..., Result], stack: Stack
) -> None:
    odd = outdated(stack, *HERE, "--label", "ctr-updater.scheduel=x")

    done = once("--watch", "all")

    assert (done.code, "did you mean ctr-updater.schedule?" in done.err) == (2, True)
    assert is_untouched(stack, odd)


def test_what_an_orchestrator_runs_is_left_to_it_without_a_word(
    once: Callable[..., Result], stack: Stack
) -> None:
    task = outdated(stack, *HERE, "--label", "com.docker.swarm.task.id=x")

    done = once("--watch", "all")

    assert (done.code, task.name in done.err) == (0, False)
    assert is_untouched(stack, task)


def test_a_job_of_compose_is_left_alone(once: Callable[..., Result], stack: Stack, project: Project) -> None:
    reference = stack.name("app:1")
    stack.image(reference, marker="old")
    project.write(f"services:\n  s:\n    image: {reference}\n")
    job = stack.name("job")
    project("run", "--detach", "--name", job, "s")
    found = stack.inspect(job)
    stack.image(reference, marker="new")

    assert once("--watch", "all").code == 0
    assert is_untouched(stack, App(job, found["Id"], reference, found["Image"]))


def test_list_and_check_show_all(cli: Commands, stack: Stack) -> None:
    plain, out, labelled = (
        outdated(stack, *HERE),
        outdated(stack, *OUT, name="out"),
        current(stack, *LOCAL, name="labelled"),
    )

    listed, checked = cli("watcher", "list", env=ALL), cli("watcher", "check", "--all", env=ALL)

    shown = {line.split()[0]: line for line in listed.out.splitlines()}
    assert {plain.name, labelled.name, out.name} & shown.keys() == {plain.name, labelled.name}
    assert "update available" in shown[plain.name]
    assert "not followed" not in listed.err
    assert (checked.code, len(checked.out.splitlines())) == (1, 2)
    assert plain.name not in cli("watcher", "list").out
