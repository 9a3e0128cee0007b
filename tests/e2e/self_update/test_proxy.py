"""The only socket proxy that an updater has to the engine is updated by a helper, which has its socket."""

from collections.abc import Callable
from pathlib import Path

from tests.e2e.self_update.conftest import HEALTH, Updater
from tests.integration.daemon import forwarder

PORT = 2375
QUICK = ("--label", "ctr-updater.source=local", "--label", "ctr-updater.stable-for=300ms")


def test_the_only_way_to_the_engine_is_updated(updater: Updater) -> None:
    stack, engine = updater.stack, updater.stack.engine
    proxy, tag, network = stack.name("proxy"), stack.name("proxy:1"), stack.name("net")
    program = Path(forwarder.__file__)
    subnet = list(engine.subnet.subnets(new_prefix=27))[-1]
    address = str(subnet[10])  # names are not resolved here
    engine.docker("network", "create", "--subnet", subnet, network)
    stack.tag(updater.base, tag)
    given = ("-v", f"{engine.socket}:/var/run/docker.sock", "-v", f"{program}:/forwarder.py:ro")
    ours = ("--label", "ctr-updater.enable=true", "--entrypoint", "/usr/bin/python3", "--no-healthcheck")
    command = ("-IS", "/forwarder.py", "/var/run/docker.sock", str(PORT))
    place = ("--network", network, "--ip", address)
    old = stack.run(tag, *given, *ours, *QUICK, *place, name=proxy, command=command)
    host = ("-e", f"DOCKER_HOST=tcp://{proxy}:{PORT}", "--add-host", f"{proxy}:{address}")
    state = ("-v", f"{updater.name}:/var/lib/ctr-updater", "--entrypoint", "watcher", *HEALTH)
    cid = stack.run(updater.tag, *host, *state, "--network", network, name=updater.name, command=("run",))
    stack.wait(updater.is_settled, timeout=120)

    target = stack.build(tag, f"FROM {updater.base}\nLABEL marker=second")
    is_over = replaced(updater, proxy, old)
    stack.wait(lambda: is_over() and updater.is_settled(), timeout=180)

    assert (stack.inspect(proxy)["Image"], updater.found["Id"]) == (target, cid)
    assert {name for name in stack.containers() if name.startswith(stack.prefix)} == {proxy, updater.name}
    stack.wait(lambda: "container updated" in updater.log)
    row = engine.docker("exec", updater.name, "watcher", "history", proxy)
    assert "updated" in row


def replaced(updater: Updater, proxy: str, old: str) -> Callable[[], bool]:
    """Whether the proxy is another container, and nothing but it is left."""

    def look() -> bool:
        rows = [name for name in updater.stack.containers() if name.startswith(proxy)]
        return rows == [proxy] and updater.stack.inspect(proxy)["Id"] != old

    return look
