"""A successor is asked for nothing that the old container had not itself."""

from collections.abc import Callable

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.updates import UPDATE, kill, replaced, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

Make = Callable[[Stack, int], App]

# It ends again and again, by design; a run is long enough for a command to begin in it.
BATCH = "sleep 3; exit 0"


def internal(stack: Stack, port: int) -> App:
    stack.engine.docker("network", "create", "--internal", stack.name("internal"))
    return outdated(stack, "--network", stack.name("internal"), "-p", f"127.0.0.1:{port}:80")


def without_ipv4(stack: Stack, port: int) -> App:
    if stack.engine.version < "28":
        pytest.skip("no networks without IPv4")
    net = stack.name("six")
    stack.engine.docker("network", "create", "--ipv4=false", "--ipv6", "--subnet", "fd00:c7::/64", net)
    return outdated(stack, "--network", net, "-p", f"127.0.0.1:{port}:80")


def made_through_the_api(stack: Stack, port: int) -> App:
    """Its binding is of a port that it does not expose, so the engine publishes nothing."""
    reference = stack.name("web-app:1")
    old = stack.image(reference, marker="old")
    bindings = {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
    body = {"Image": reference, "HostConfig": {"PortBindings": bindings}}
    made = stack.engine.api("POST", f"/containers/create?name={stack.name('web')}", body)[1]
    stack.engine.docker("start", made["Id"])
    stack.image(reference, marker="new")
    return App(stack.name("web"), made["Id"], reference, old)


WITHOUT_PORTS = pytest.mark.parametrize("make", [internal, without_ipv4, made_through_the_api])


@WITHOUT_PORTS
def test_ports_that_the_engine_never_published_are_not_asked_for(
    cli: Commands, stack: Stack, free_port: Callable[[], int], make: Make
) -> None:
    web = make(stack, free_port())

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    replaced(stack, web)


@WITHOUT_PORTS
def test_nor_are_they_by_whoever_finishes_the_update(
    cli: Commands, stack: Stack, proxy: Proxy, free_port: Callable[[], int], make: Make
) -> None:
    web = make(stack, free_port())
    killed = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    proxy.arm(run(lambda: kill(killed)), match="^POST .*/start", when="after")
    killed.wait()

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    replaced(stack, web)


def test_nor_by_whoever_gives_the_old_one_back(
    cli: Commands, stack: Stack, free_port: Callable[[], int], proxy: Proxy
) -> None:
    """It is not restarted for want of ports that it never had."""
    web = internal(stack, free_port())
    stack.image(web.image, marker="new", cmd="exit 3")
    before = stack.inspect(web.name)

    assert cli(*UPDATE, web.name, env=CRASHES | {"DOCKER_HOST": proxy.host}).code == 6

    unchanged(stack, before)
    assert [str(call) for call in proxy.changes if call.path.endswith("/restart")] == []


def ending_again_and_again(stack: Stack, **new: str) -> App:
    web = outdated(stack, "--restart", "always", cmd=BATCH, new=new)
    stack.wait_for(web.name, lambda found: found["RestartCount"] >= 3 and not found["State"]["Restarting"])
    return web


def test_one_that_ends_by_design_may_go_on_with_that(cli: Commands, stack: Stack) -> None:
    web = ending_again_and_again(stack)

    done = cli(*UPDATE, web.name, env={"CTR_UPDATER_STABLE_FOR": "5s"})

    assert (done.code, done.err) == (0, "")
    assert replaced(stack, web)["HostConfig"]["RestartPolicy"]["Name"] == "always"


def test_one_that_ended_by_design_may_not_crash(cli: Commands, stack: Stack) -> None:
    web = ending_again_and_again(stack, cmd="sleep 0.3; exit 3")

    assert cli(*UPDATE, web.name, env={"CTR_UPDATER_STABLE_FOR": "3s"}).code == 6

    assert stack.inspect(web.name)["Id"] == web.cid
    assert cli("watcher", "check", web.name).out.startswith(f"{web.name}: held: ")


def test_a_child_may_lack_memory_where_one_of_the_old_container_did(cli: Commands, stack: Stack) -> None:
    if not stack.engine.api("GET", "/info")[1]["MemoryLimit"]:
        pytest.skip("the machine has no memory controller")
    serve = "trap 'exit 0' TERM INT; sleep 1; tail /dev/zero; httpd -f -p 80 -h /www & wait"
    with stack.events() as events:
        web = outdated(stack, "--memory", "16m", "--memory-swap", "16m", cmd=serve)
        # The state tells it only after the stop (20.10).
        next(event for event in events if event["Action"] == "oom")

    assert cli(*UPDATE, web.name, env={"CTR_UPDATER_STABLE_FOR": "5s"}).code == 0

    replaced(stack, web)
