"""Every other scheme goes through Apprise, in a child process that is there for one message."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.notifications.conftest import address
from tests.testbed.badregistry import Hang, answer
from tests.testbed.ports import free_port
from tests.testbed.receiver import MailServer, Receiver
from watcher.notifications import apprise_process
from watcher.notifications.answer import Answer
from watcher.notifications.apprise_process import check, send
from watcher.notifications.message import compose
from watcher.notifications.news import News

ROOT = Path(__file__).parents[3]
MESSAGE = compose("nas", [News("updated", "my_web", image="nginx:1", why="a *star*")])
SECRET = "s3cretpath"  # noqa: S105 - the test's own


Children = Callable[[], list[int]]


@pytest.fixture
def children() -> Children:
    """Gives the processes that this one has started since, and not reaped."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    before = path.read_text().split()  # engines of other tests
    return lambda: [int(pid) for pid in path.read_text().split() if pid not in before]


def shown(pid: int, name: str) -> str:
    """What the machine shows everybody of a process."""
    return Path(f"/proc/{pid}/{name}").read_text()


async def test_json_is_sent_by_apprise(receiver: Receiver, children: Children) -> None:
    assert await send(address(f"json://127.0.0.1:{receiver.port}/hook"), MESSAGE) == Answer()

    (got,) = receiver.got()
    assert got["title"] == MESSAGE.title
    assert "my_web: updated" in got["message"].replace("\\", "")
    assert children() == []


async def test_mail_is_sent_by_apprise(mail_server: MailServer) -> None:
    url = f"mailto://{mail_server.address}?from=nas@example.com&to=me@example.com&mode=insecure"

    assert await send(address(url), MESSAGE) == Answer()

    (mail,) = mail_server.mails
    body = mail.get_body(("plain", "html"))
    assert body
    assert mail["subject"] == MESSAGE.title
    assert mail["to"] == "me@example.com"
    text = body.get_content()
    assert "my_web: updated nginx:1: a *star*" in text
    assert "\\" not in text


@pytest.mark.parametrize("url", ["nosuchscheme://host/x", f"discord://{SECRET}", "tgram://x"])
async def test_an_address_that_apprise_cannot_use_is_said(url: str) -> None:
    answers = [await do(address(url)) for do in (check, lambda where: send(where, MESSAGE))]

    assert answers == [Answer("Apprise cannot use this address")] * 2


async def test_the_examples_of_the_documentation_are_addresses_of_apprise() -> None:
    table = (ROOT / "docs/notifications.md").read_text().partition("| service |")[2].partition("\n\n")[0]
    examples = re.findall(r"`(\w+://[^`]+)`", table)

    assert len(examples) > 10
    answers = await asyncio.gather(*(check(address(url)) for url in examples))
    assert [url for url, found in zip(examples, answers, strict=True) if found != Answer()] == []


async def test_an_address_that_apprise_can_use_is_not_asked(receiver: Receiver) -> None:
    assert await check(address(f"json://127.0.0.1:{receiver.port}/hook")) == Answer()

    assert receiver.requests == []


async def test_what_apprise_says_of_a_failure_is_told_without_a_secret(receiver: Receiver) -> None:
    receiver.on("", answer(500, SECRET))

    found = await send(address(f"json://me:{SECRET}@127.0.0.1:{receiver.port}/{SECRET}"), MESSAGE)

    assert found.why.startswith("Failed to send JSON")
    assert SECRET not in found.why


async def test_a_receiver_that_is_not_there_is_said() -> None:
    found = await send(address(f"json://127.0.0.1:{free_port()}/{SECRET}"), MESSAGE)

    assert found.why
    assert SECRET not in found.why


async def test_a_child_that_takes_too_long_is_killed_and_reaped(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, children: Children
) -> None:
    monkeypatch.setattr(apprise_process, "LIMIT_S", 3)
    receiver.on("", Hang())

    found = await send(address(f"json://127.0.0.1:{receiver.port}/{SECRET}?rto=100"), MESSAGE)

    assert (found.why, children()) == ("it took longer than 3 s", [])


async def test_a_child_goes_with_whoever_waits_for_it(receiver: Receiver, children: Children) -> None:
    receiver.on("", hang := Hang())
    task = asyncio.create_task(send(address(f"json://127.0.0.1:{receiver.port}/x?rto=100"), MESSAGE))
    await asyncio.to_thread(hang.reached.wait)

    task.cancel()
    await asyncio.wait([task])

    assert (task.cancelled(), children()) == (True, [])


async def test_a_child_that_is_killed_is_a_message_that_was_not_taken(
    receiver: Receiver, children: Children
) -> None:
    receiver.on("", hang := Hang())
    task = asyncio.create_task(send(address(f"json://127.0.0.1:{receiver.port}/x?rto=100"), MESSAGE))
    await asyncio.to_thread(hang.reached.wait)

    os.kill(children()[0], signal.SIGKILL)

    assert await task == Answer("Apprise ended with -9")


async def test_no_address_is_among_the_words_of_the_command(receiver: Receiver, children: Children) -> None:
    """Everybody on the machine may read those."""
    receiver.on("", hang := Hang())
    task = asyncio.create_task(send(address(f"json://127.0.0.1:{receiver.port}/{SECRET}?rto=100"), MESSAGE))
    await asyncio.to_thread(hang.reached.wait)

    (child,) = children()
    words = [shown(child, name) for name in ("cmdline", "environ")]
    task.cancel()
    await asyncio.wait([task])

    assert "apprise_child" in words[0]
    assert all(SECRET not in text for text in words)


async def test_where_apprise_is_not_installed_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    found = await send(address("ntfy://topic"), MESSAGE)

    assert "ctr-updater[notify]" in found.why
    assert "--target full" in found.why


def test_nobody_imports_apprise_but_the_child() -> None:
    modules = "watcher.cli.commands, watcher.daemon.notifier, watcher.notifications.apprise_process"
    code = f"import sys, {modules}; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
