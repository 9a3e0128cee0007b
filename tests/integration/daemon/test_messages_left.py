"""What messages leave behind: no process while there is no news, and no address in the state directory."""

import signal
from pathlib import Path

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.test_messages import SECRET, to
from tests.testbed.badregistry import answer
from tests.testbed.processes import wait_until
from tests.testbed.receiver import MailServer, Receiver
from tests.testbed.stack import Stack


def children(daemon: Running) -> str:
    """The processes that a daemon has started and that are there."""
    pid = daemon.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().strip()


def test_apprise_sends_in_a_child_that_is_gone_when_there_is_no_news(start: Start, stack: Stack) -> None:
    with MailServer() as server:
        mail = f"mailto://{server.address}?from=nas@example.com&to=me@example.com&mode=insecure"
        web = labelled(stack)
        daemon = start(env={"CTR_UPDATER_NOTIFY": mail}).looked()
        wait_until(lambda: not children(daemon), "the end of the check of the address")

        move(stack, web)

        wait_until(lambda: bool(server.mails), "the mail")
        wait_until(lambda: not children(daemon), "the end of the child")
        assert web.name in str(server.mails[0])


def test_the_state_directory_holds_no_address(
    start: Start, stack: Stack, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.on("", answer(500))
    outdated(stack, *LOCAL)
    daemon = start(env=to(receiver))
    daemon.wait("message not taken")
    daemon.stop(signal.SIGKILL)

    files = [path for path in (tmp_path / "cli/state").rglob("*") if path.is_file()]

    assert [path for path in files if "database" in path.name]
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
