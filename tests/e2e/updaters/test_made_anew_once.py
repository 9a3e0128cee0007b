"""What a prune took is made anew by one of two updaters that both know how."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.updaters.record import Record, most_at_once
from tests.integration.apps import QUICK, outdated
from tests.integration.recovery.test_bereft import cut_short
from tests.integration.recovery.test_prune_persons import killed_at_start, notes, pruned
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

CREATE = "^POST .*/containers/create"


@pytest.fixture
def record(stack: Stack) -> Iterator[Record]:
    with Record(stack.engine) as made:
        yield made


def test_two_recoveries_at_once_make_a_container_anew_once(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path, record: Record
) -> None:
    """Each is about to create it when the other one is."""
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    pruned(stack)
    other = tmp_path / "other"
    shutil.copytree(cli.state, other)
    (other / "home").write_text("0123abcd")

    with ExitStack() as fronts:
        processes, holds = [], []
        for state in (cli.state, other):
            front, hold = fronts.enter_context(Proxy(stack.engine.socket)), Hold()
            front.arm(hold, match=CREATE)
            environ = QUICK | {"DOCKER_HOST": front.host, "CTR_UPDATER_STATE_DIR": str(state)}
            processes.append(cli.start(*UPDATE, web.name, env=environ))
            holds.append(hold)
        assert all(hold.reached.wait(60) for hold in holds)
        for hold in holds:
            hold.release()
        said = [process.communicate(timeout=240)[1] for process in processes]

    assert [process.returncode for process in processes] == [0, 0], said
    assert replaced(stack, web)["State"]["Running"]
    record.__exit__()
    assert most_at_once(record.events)[web.name] == 1
    assert notes(cli) == []


def test_what_another_updater_has_taken_over_is_not_made_anew_meanwhile(
    cli: Commands, stack: Stack, proxy: Proxy, tmp_path: Path
) -> None:
    """The other one, which knows of no note, is about to start what is left; that is given its end first."""
    web = outdated(stack)
    cut_short(cli, proxy, web, 3)
    made = stack.inspect(web.cid)["Created"]
    stack.engine.docker("container", "prune", "-f", "--filter", f"until={made}")
    assert len(stack.containers()) == 1
    hold = Hold()
    proxy.arm(hold, match="^POST .*/start")
    environ = QUICK | {"DOCKER_HOST": proxy.host, "CTR_UPDATER_STATE_DIR": str(tmp_path / "other")}
    theirs = cli.start(*UPDATE, web.name, env=environ)
    assert hold.reached.wait(60)

    with Proxy(stack.engine.socket) as front:
        before = list[str]()

        def release() -> None:
            before.extend(map(str, front.changes))
            hold.release()

        front.arm(run(release, then=passing), match=r"^GET .*/events\?(?!.*since)")
        done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": front.host}, timeout=240)
    assert before == []

    _, err = theirs.communicate(timeout=240)
    assert (theirs.returncode, done.code) == (0, 0), (err, done.err)
    assert replaced(stack, web)["State"]["Running"]
