"""Runs a hook in the container that bears it: as the container's own user, never through a shell.

An engine has no call that kills what was run so (20.10 to 28.5), and the program goes on when nobody listens
any more. So the program is given a word into its environment, by which it and its children are found in the
container itself and killed, where the image has a shell and grep; else people are told that it goes on.
"""

import asyncio
import contextlib
import re
import secrets

from watcher.config.hooks import Hook
from watcher.container.last_output import clause, mask_of
from watcher.container.readiness import NotProved
from watcher.container.startup import to_its_end
from watcher.engine.client import Engine
from watcher.engine.log_frames import Tail
from watcher.model.errors import EngineError
from watcher.model.quoting import Mask
from watcher.model.values import frozen

NOT_NOW = 75  # EX_TEMPFAIL of sysexits.h
_MARK = "HOOK_OF_CTR_UPDATER"
_KILL = (
    "sh",
    "-c",
    'for p in /proc/[0-9]*; do grep -qszF "$1" "$p/environ" && kill -9 "${p#/proc/}"; done',
    "sh",
)
# An engine that was killed as it entered a container says so in the program's place; an engine that finds no
# such program says another thing, and the failure is the hook's own.
_NOT_BEGUN = (126, 127)
_NO_WAY_IN = re.compile(rb"OCI runtime exec failed: [^\n]*\bsetns process\b")
_LOOK_S = 0.5
_KILLED_S = 5.0


class HookFailed(NotProved):
    """A hook ended with another code than 0, did not end in time, or could not be started."""


@frozen
class HookEnd:
    """The end of a hook that ended by itself.

    Attributes:
        code: Its exit code.
        said: Its last lines, as a clause; empty where it said nothing.
    """

    code: int
    said: str


async def run(engine: Engine, cid: str, hook: Hook) -> HookEnd:
    """Run a hook to its end.

    Args:
        engine: Where the container is.
        cid: Its id.
        hook: What to run.

    Raises:
        HookFailed: The hook did not end in time.
        EngineError: The engine did not let the hook be run, or does not tell how it ended.
    """
    mask = await mask_of(engine, cid)
    mark = f"{_MARK}={secrets.token_hex(8)}"
    exec_id = await engine.create_exec(cid, hook.words, [mark])
    said = Tail()
    reading = asyncio.create_task(_read(engine, exec_id, said))
    try:
        async with asyncio.timeout(hook.timeout):
            code = await _code(engine, exec_id, reading)
    except TimeoutError as error:
        await to_its_end(_kill(engine, cid, exec_id, mark))
        fate = await _fate(engine, exec_id)
        what = f"its {hook.name} hook did not end within {hook.timeout:g} s ({hook}), {fate}"
        raise HookFailed(f"{what}{_words(mask, said)}") from error
    except BaseException:
        await to_its_end(_kill(engine, cid, exec_id, mark))
        raise
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    end = HookEnd(code, _words(mask, said))
    if code in _NOT_BEGUN and _NO_WAY_IN.match(said.kept):
        raise EngineError(f"the engine could not enter the container for it ({hook}){end.said}")
    return end


def failed(hook: Hook, end: HookEnd) -> HookFailed:
    """The error for a hook that ended with another code than 0."""
    return HookFailed(f"its {hook.name} hook ended with code {end.code} ({hook}){end.said}")


async def _read(engine: Engine, exec_id: str, said: Tail) -> None:
    async with contextlib.aclosing(engine.start_exec(exec_id)) as chunks:
        async for chunk in chunks:
            said.take(chunk)


async def _code(engine: Engine, exec_id: str, reading: "asyncio.Task[None]") -> int:
    """Wait for the end of the program itself: a child that it left behind may hold its streams for ever."""
    while True:
        await asyncio.wait({reading}, timeout=_LOOK_S)
        if reading.done():
            reading.result()
        found = await engine.inspected_exec(exec_id)
        if not found["Running"] and found["ExitCode"] is not None:
            return int(found["ExitCode"])
        if reading.done():
            await asyncio.sleep(_LOOK_S / 10)  # its streams end a moment before the engine knows its code


async def _kill(engine: Engine, cid: str, exec_id: str, mark: str) -> None:
    """Kill a program and its children from inside the container, as far as its image has what it takes."""
    with contextlib.suppress(EngineError, TimeoutError):
        await engine.detached_exec(await engine.create_exec(cid, (*_KILL, mark)))
        async with asyncio.timeout(_KILLED_S):
            # The engine tells nobody when it ends.
            while (await engine.inspected_exec(exec_id))["Running"]:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S / 10)


async def _fate(engine: Engine, exec_id: str) -> str:
    """What became of a program that was to be killed, as a clause."""
    with contextlib.suppress(EngineError):
        if not (await engine.inspected_exec(exec_id))["Running"]:
            return "and was killed"
    return "and goes on in the container, where nothing is that could kill it (sh and grep)"


def _words(mask: Mask, said: Tail) -> str:
    return clause("its last words", mask(said.kept.decode(errors="replace")))
