"""Runs Apprise in a child process for as long as one message takes; killed after a minute, and reaped."""

import asyncio
import contextlib
import importlib.util
import json
import os
import signal
import sys

from watcher.model.json_object import Json
from watcher.model.quoting import Mask
from watcher.notifications.addresses import Address, secrets
from watcher.notifications.answer import Answer, refused
from watcher.notifications.apprise_child import LIMIT_S
from watcher.notifications.message import Message

_CHILD = "watcher.notifications.apprise_child"
_OURS = "CTR_UPDATER_"


def is_installed() -> bool:
    """Whether Apprise is there; it is not imported for that."""
    return importlib.util.find_spec("apprise") is not None


async def send(address: Address, message: Message) -> Answer:
    """Deliver a message."""
    return await _asked(
        address,
        {"url": address.url, "title": message.title, "body": message.markdown, "format": "markdown"},
    )


async def check(address: Address) -> Answer:
    """See whether Apprise knows what to do with an address; nothing is sent."""
    return await _asked(address, {"url": address.url})


async def _asked(address: Address, question: Json) -> Answer:
    if not is_installed():
        return refused(ABSENT)
    # Secrets go by the pipe: everybody on the machine may read the words of a command.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *_flags(),
        "-m",
        _CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            out, _ = await process.communicate(json.dumps(question).encode())
    except TimeoutError:
        return refused(f"it took longer than {LIMIT_S} s")
    finally:
        await _end(process)
    return _read(out, process.returncode, address)


ABSENT = (
    'it needs Apprise, which is not installed: pip install "ctr-updater[notify]", or the image built with '
    "--target full"
)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _flags() -> list[str]:
    """How this interpreter was started, as the image's commands are: deaf to PYTHON* and without `site`."""
    given = {"-I": sys.flags.isolated, "-S": sys.flags.no_site}
    return [flag for flag, is_set in given.items() if is_set]


def _read(out: bytes, code: int | None, address: Address) -> Answer:
    try:
        why = json.loads(out)["why"]
    except (ValueError, LookupError, TypeError):
        return refused(f"Apprise ended with {code}")
    return refused(_masked(str(why), address)) if why else Answer()


def _masked(why: str, address: Address) -> str:
    """What Apprise said, without any part of the address."""
    return Mask(f"key={part}" for part in secrets(address.url))(why)
