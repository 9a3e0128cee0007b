"""What strangers wrote is escaped wherever it is shown: by a label, by a registry through the engine."""

from tests.integration.apps import current
from tests.integration.daemon.apps import OPT_IN
from tests.integration.daemon.conftest import ENVIRON, Start
from tests.integration.daemon.test_registry import PULL, pushed
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

OWNED = "\x1b]0;owned\x07\u202e\x9b2J\rgone"


def is_plain(done: Result) -> bool:
    """Whether a terminal obeys nothing of it but line ends, and the erasure of our own lines."""
    text = (done.out + done.err).replace("\r\x1b[K", "")
    return all(letter == "\n" or letter.isprintable() for letter in text)


def test_what_a_registry_says_moves_no_terminal(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    """Neither at once, nor out of the state directory."""
    web = pushed(stack, registry)
    proxy.arm(answer(500, f"toomanyrequests {OWNED}"), match=PULL, times=1000)
    through = {"DOCKER_HOST": proxy.host}
    daemon = start(host=proxy.host)
    daemon.wait("tag not pulled", image=web.image)
    assert daemon.stop() == 0

    shown = [
        cli("watcher", "check", web.name),
        cli("watcher", "list"),
        cli.terminal("watcher", "list", "--no-trunc"),
        cli("watcher", "check", "--pull", web.name, env=through),
        cli("watcher", "update", web.name, env=through),
        cli("watcher", "run", "--once", env=ENVIRON | through | {"CTR_UPDATER_LOG_FORMAT": "console"}),
    ]

    assert [is_plain(done) for done in shown] == [True] * len(shown)
    assert all("x1b]0;owned" in done.out + done.err for done in shown)


def test_what_a_label_says_moves_no_terminal(cli: Commands, stack: Stack) -> None:
    web = current(stack, *OPT_IN, "--label", f"ctr-updater.mode={OWNED}")

    shown = [
        cli("watcher", "check", web.name),
        cli.terminal("watcher", "list"),
        cli("watcher", "update", web.name),
        cli.terminal(
            "watcher", "run", "--once", env={**ENVIRON, "CTR_UPDATER_LOG_FORMAT": "auto", "NO_COLOR": "1"}
        ),
    ]

    assert [is_plain(done) for done in shown] == [True] * len(shown)


def test_what_strangers_wrote_is_escaped_in_json_too(cli: Commands, stack: Stack) -> None:
    bad = current(stack, *OPT_IN, "--label", f"ctr-updater.mode={OWNED}", name="bad")
    web = current(stack, *OPT_IN, "--label", f"ctr-updater.reference={OWNED}")
    asked = [("check", bad.name, web.name), ("list",), ("update", "--no-pull", bad.name, web.name)]

    shown = [cli.terminal("watcher", *command, "--json") for command in asked]
    shown.append(cli.terminal("watcher", "run", "--once", "--log-format", "json", env=ENVIRON))

    assert [is_plain(done) for done in shown] == [True] * len(shown)
    assert all("u001b]0;owned" in done.out or "x1b]0;owned" in done.out for done in shown)


def test_what_stands_in_the_place_of_a_reference_moves_no_terminal(cli: Commands, stack: Stack) -> None:
    web = current(stack, *OPT_IN, "--label", f"ctr-updater.reference=a:1{OWNED}")

    shown = [cli("watcher", "check", web.name), cli.terminal("watcher", "list"), cli("watcher", "list")]
    shown.append(cli("watcher", "run", "--once", env=ENVIRON | {"CTR_UPDATER_LOG_FORMAT": "console"}))

    assert [is_plain(done) for done in shown] == [True] * len(shown)
