"""The engine's socket is another one from one moment to the next, and the daemon follows that."""

from pathlib import Path

from tests.integration.daemon.apps import is_replaced, labelled, move
from tests.integration.daemon.conftest import Start
from tests.testbed.engine import PrivateEngine
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


def test_a_socket_that_is_replaced_in_place_is_followed(
    start: Start, engine: PrivateEngine, stack: Stack, tmp_path: Path
) -> None:
    """First while the old one is still served, as by a proxy that outlives its socket, then without it."""
    web, place = labelled(stack), tmp_path / "docker.sock"
    with Proxy(engine.socket) as new:
        with Proxy(engine.socket) as old:
            old.socket.rename(place)
            daemon = start(host=f"unix://{place}", hurried=True).looked()
            daemon.wait("engine followed")
            new.socket.replace(place)

            move(stack, web)
            daemon.wait("container updated", container=web.name)

            assert is_replaced(stack, web)
            assert (old.changes, len(daemon.said("engine gone"))) == ([], 0)
        daemon.wait("engine gone")
        daemon.wait("engine followed")

        move(stack, web, marker="newer")
        daemon.wait("container updated", container=web.name)
        assert daemon.stop() == 0
    assert (len(daemon.said("engine gone")), len(daemon.said("engine followed"))) == (1, 2)
    assert [call for call in new.calls if call.path == "/events"]
