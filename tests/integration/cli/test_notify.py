"""`watcher notify --test`: a line for each address, and whether all took the message."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.test_imports import modules
from tests.testbed.badregistry import answer
from tests.testbed.cli import Commands, Result
from tests.testbed.ports import free_port
from tests.testbed.receiver import MailServer, Receiver

SECRET = "s3cretpath"  # noqa: S105 - the test's own


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Commands]:
    """The commands without an engine: nothing answers there."""
    (tmp_path / "cli").mkdir()
    commands = Commands("unix:///nonexistent/docker.sock", tmp_path / "cli")
    yield commands
    commands.close()


def tried(cli: Commands, notify: str, **env: str) -> Result:
    return cli("watcher", "notify", "--test", env={"CTR_UPDATER_NOTIFY": notify, **env})


def test_all_take_it(cli: Commands, receiver: Receiver, mail_server: MailServer) -> None:
    mail = f"mailto://{mail_server.address}?from=nas@example.com&to=me@example.com&mode=insecure"

    done = tried(cli, f" {receiver.url}/{SECRET}\n{mail} json://127.0.0.1:{receiver.port}/other\n")

    assert done == (
        0,
        "".join(
            f"{where}: took it\n"
            for where in (receiver.url, f"mailto://{mail_server.address}", f"json://{receiver.address}")
        ),
        "",
    )
    assert "test message" in receiver.got(f"/{SECRET}")[0]["title"]
    assert "test message" in receiver.got("/other")[0]["title"]
    assert "test message" in mail_server.mails[0]["subject"]


def test_one_that_does_not_take_it_keeps_it_from_no_other(cli: Commands, receiver: Receiver) -> None:
    receiver.on("/bad", answer(500))
    nobody = f"http://127.0.0.1:{free_port()}"

    done = tried(cli, f"{receiver.url}/bad {nobody}/{SECRET} {receiver.url}/good")

    assert (done.code, done.err) == (5, "")
    assert done.out.splitlines() == [
        f"{receiver.url}: it answered 500 Internal Server Error",
        f"{nobody}: connection refused",
        f"{receiver.url}: took it",
    ]


@pytest.mark.parametrize("bad", [SECRET, f"https://:x/{SECRET}"])
def test_a_bad_address_is_a_line_and_the_other_is_sent_to(
    cli: Commands, receiver: Receiver, bad: str
) -> None:
    done = tried(cli, f"{bad} {receiver.url}/hook")

    assert (done.code, done.out, SECRET in done.err) == (5, f"{receiver.url}: took it\n", False)
    assert re.fullmatch(r"CTR_UPDATER_NOTIFY: address 1 .*\n", done.err)


def test_an_unknown_scheme_is_a_line(cli: Commands) -> None:
    done = tried(cli, f"nosuchscheme://{SECRET}")

    assert done == (5, "nosuchscheme://***: Apprise cannot use this address\n", "")


def test_a_file_is_read(cli: Commands, receiver: Receiver, tmp_path: Path) -> None:
    path = tmp_path / "addresses"
    path.write_text(f"\n{receiver.url}/hook\n\n")

    assert tried(cli, "", CTR_UPDATER_NOTIFY_FILE=str(path)).code == 0
    assert len(receiver.got()) == 1


def test_a_file_that_is_not_there_is_a_line(cli: Commands, receiver: Receiver) -> None:
    done = tried(cli, f"{receiver.url}/hook", CTR_UPDATER_NOTIFY_FILE="/nonexistent")

    assert (done.code, done.out) == (5, f"{receiver.url}: took it\n")
    assert done.err.startswith("CTR_UPDATER_NOTIFY_FILE: cannot read /nonexistent: No such file or directory")


def test_no_address_is_a_setting_that_is_missing(cli: Commands) -> None:
    done = tried(cli, " ")

    assert (done.code, done.out) == (2, "")
    assert done.err == "no address to send to - set CTR_UPDATER_NOTIFY, or CTR_UPDATER_NOTIFY_FILE\n"


def test_it_says_what_to_give(cli: Commands) -> None:
    done = cli("watcher", "notify")

    assert (done.code, "Give --test." in done.err) == (2, True)


def test_an_unknown_variable_is_refused(cli: Commands) -> None:
    done = tried(cli, "", CTR_UPDATER_NOTIFI="x")

    assert (done.code, "did you mean CTR_UPDATER_NOTIFY?" in done.err) == (2, True)


def test_it_imports_neither_the_engine_nor_apprise(cli: Commands) -> None:
    found = modules(cli, "watcher", "notify", "--test")

    assert "watcher.notifications.sender" in found
    assert not {name for name in found if name.partition(".")[0] in {"aiodocker", "apprise", "sqlite3"}}
