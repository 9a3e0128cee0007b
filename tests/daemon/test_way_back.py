"""One that goes back waits for others that are down, for their addresses, but not without end."""

from tests.bed.cli import Commands
from tests.bed.faults import Hold
from tests.bed.processes import wait_until
from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.daemon.apps import LOCAL, labelled, move
from tests.daemon.conftest import Start
from tests.daemon.test_addresses import held, network
from tests.engine.apps import App, outdated
from tests.engine.test_races import second
from tests.engine.updates import UPDATE

WORDS = "it did not wait for them any longer"


def is_at_work(stack: Stack, app: App) -> bool:
    row = stack.containers().get(app.name)
    return bool(row and row["Id"] != app.cid and row["State"] == "running")


def test_a_failed_update_is_undone_though_another_one_stays_down(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    net, lowest = network(stack)
    db = labelled(stack, "--network", net, "--ip", lowest, name="db")
    web = labelled(stack, "--network", net, "--label", "ctr-updater.stable-for=1h")
    hold = held(proxy, db)
    daemon = start(hurried=True, host=proxy.host).looked()
    move(stack, web, cmd="until test -e /fail; do sleep 0.1; done; exit 3")
    stack.wait(lambda: is_at_work(stack, web))
    move(stack, db)
    assert hold.reached.wait(60)

    stack.engine.docker("exec", web.name, "touch", "/fail")

    failed = daemon.wait("update rolled back", container=web.name)
    assert WORDS in failed["why"]
    assert (stack.inspect(web.name)["Id"], stack.inspect(web.name)["State"]["Running"]) == (web.cid, True)
    hold.release()


def test_an_update_that_was_cut_short_is_undone_though_another_one_stays_down(
    start: Start, cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    net, lowest = network(stack)
    db = labelled(stack, "--network", net, "--ip", lowest, name="db")
    web = outdated(stack, *LOCAL, "--network", net)
    with second(stack) as beside:
        killed = Hold()
        beside.arm(killed, match=f"^POST .*/rename.name={web.name}$")
        process = cli.start(*UPDATE, web.name, env={"DOCKER_HOST": beside.host})
        assert killed.reached.wait(60)
        hold = held(proxy, db)
        daemon = start(hurried=True, host=proxy.host)
        move(stack, db)
        wait_until(hold.reached.is_set, "db is down")
        process.kill()
        process.wait()

        settled = daemon.wait("container updated with a doubt", container=web.name)
    assert WORDS in settled["doubt"]
    assert (stack.inspect(web.name)["Id"], stack.inspect(web.name)["State"]["Running"]) == (web.cid, True)
    hold.release()
