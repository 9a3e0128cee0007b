"""One that goes back waits for others that are down, for their addresses, but not without end."""

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_addresses import held, network
from tests.integration.update.test_races import second
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

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
