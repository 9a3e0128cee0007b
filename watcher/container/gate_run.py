"""One run of a gate: a container of its own, without privileges, which ends by itself and is removed.

An updater that is killed in between leaves that container behind. Its label says whose it is, and until when
it may run: its owner's next process removes it at once, every other updater once that time is over.
"""

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import Iterable

from watcher.config.gate_grammar import Mount, holds
from watcher.config.gates import Gate
from watcher.container.last_output import last_words
from watcher.container.startup import to_its_end
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NoAnswer
from watcher.model.inspection import Container, State
from watcher.model.json_object import Json
from watcher.model.labels import ENABLE, GATE_RUN
from watcher.model.listing import Row
from watcher.model.names import name_of, short
from watcher.model.quoting import Mask
from watcher.model.values import frozen
from watcher.store.gate_answers import GateResult
from watcher.store.state import Memory

PREFIX = "ctr-updater-gate-"
_RUN = re.compile(r"(?P<home>[0-9a-f]{8})-(?P<token>[0-9a-f]{8})-(?P<until>[0-9]{1,12})")
_MARGIN_S = 600.0  # for the engine's own time, and for clocks that are not the same
_PROCESSES = 256
_OWN_IMAGES = {"/tmp": "rw,nosuid,nodev,size=64m"}  # noqa: S108 - in the gate's container
_LOG = {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "1"}}
_PASSES, _REFUSES = 0, 1
_LATE_S = 1.0


@frozen
class Said:
    """What a gate said.

    Attributes:
        result: Whether it lets the image pass; `unknown` where it could not say.
        why: Its reason, as a clause of one line; escaped, cut and masked.
    """

    result: GateResult
    why: str


async def run(engine: Engine, memory: Memory, gate: Gate, image: str) -> Said:
    """Ask a gate, and remove its container whatever happens.

    Args:
        engine: Where it runs.
        memory: The state directory of the updater that asks.
        gate: The gate.
        image: Repository and digest of the image that it judges.

    Raises:
        EngineUnavailable: The engine is away.
    """
    token = secrets.token_hex(4)
    mine = f"{memory.claims.home}-{token}-{time.time() + gate.timeout + _MARGIN_S:.0f}"
    async with memory.claims.take(mine):
        try:
            cid = await engine.create(f"{PREFIX}{token}", body(gate, image, mine))
        except EngineError as error:
            return _not_run(gate, error)
        try:
            return await _ran(engine, cid, gate)
        finally:
            await to_its_end(_remove(engine, cid))


def body(gate: Gate, image: str, mine: str) -> Json:
    """The request that creates a gate's container.

    The container's stop is a SIGKILL: a gate that ended well on SIGTERM would have let the image pass.

    Args:
        gate: The gate.
        image: What stands for `{image}` in its command.
        mine: The value of the label that says whose it is.
    """
    entrypoint = {} if gate.entrypoint is None else {"Entrypoint": [*gate.entrypoint]}
    return entrypoint | {
        "Image": gate.image,
        "Cmd": [word.replace("{image}", image) for word in gate.command],
        "User": gate.user,
        "Env": [f"{name}={value}" for name, value in ({"HOME": "/tmp"} | dict(gate.env)).items()],  # noqa: S108
        "Labels": {GATE_RUN: mine, ENABLE: "false"},
        "Healthcheck": {"Test": ["NONE"]},
        "StopSignal": "SIGKILL",
        "HostConfig": _confined(gate) | {"Mounts": [_mounted(each) for each in gate.mounts]},
    }


def _confined(gate: Gate) -> Json:
    """What keeps a gate from all but its own work."""
    return {
        "NetworkMode": gate.network,
        "Privileged": False,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "ReadonlyRootfs": True,
        "Tmpfs": _OWN_IMAGES,
        "Memory": gate.memory,
        "MemorySwap": gate.memory,
        "PidsLimit": _PROCESSES,
        "LogConfig": _LOG,
        "RestartPolicy": {"Name": "no"},
        "AutoRemove": False,
    }


def _mounted(mount: Mount) -> Json:
    return {
        "Type": "volume" if mount.is_volume else "bind",
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": not mount.is_writable,
    }


async def sweep(engine: Engine, memory: Memory, rows: Iterable[Json]) -> None:
    """Remove the containers that killed runs of gates left behind.

    Args:
        engine: Where they are.
        memory: The state directory of the updater whose own containers are removed at once.
        rows: All containers, as listed with the labels that are their own.
    """
    for row in rows:
        match = _RUN.fullmatch(Row(row).labels.get(GATE_RUN, ""))
        if not match or name_of(row) != f"{PREFIX}{match['token']}":
            continue
        if float(match["until"]) < time.time():
            await _remove(engine, row["Id"])
        elif match["home"] == memory.claims.home:
            async with memory.claims.take(match[0]) as is_nobodys:
                if is_nobodys:
                    await _remove(engine, row["Id"])


async def _ran(engine: Engine, cid: str, gate: Gate) -> Said:
    try:
        await engine.act(cid, "start")
        await _ended(engine, cid, gate.timeout)
        state = await state_at_end(engine, cid)
    except NoAnswer:
        return Said("unknown", f"{_could_not_say(gate)}: it did not end within {gate.timeout:g} s")
    except EngineError as error:
        return _not_run(gate, error)
    return said_by(gate, state, await last_words(engine, cid, _mask(gate)))


async def state_at_end(engine: Engine, cid: str) -> State:
    """The state of a gate's container that has ended.

    The engine hears of a lack of memory apart from the container's end, and on a busy machine after it. So a
    container that would count as refusing the image is looked at once more. Where memory lacks in its first
    moments, the engine may never hear of it (28.5 begins to watch after the start); such an end counts as
    refusing.
    """
    state = Container(await engine.container(cid)).state
    if state.exit_code != _REFUSES or state.lacked_memory:
        return state
    await asyncio.sleep(_LATE_S)
    return Container(await engine.container(cid)).state


def said_by(gate: Gate, state: State, words: str) -> Said:
    """What a gate said by its end.

    Args:
        gate: The gate.
        state: The state of its container.
        words: The last words of its log, as a clause.
    """
    code = state.exit_code
    if state.lacked_memory:
        return Said(
            "unknown", f"{_could_not_say(gate)}: {gate.memory // 1024**2} MB were too little for it{words}"
        )
    if state.status != "exited" or code not in (_PASSES, _REFUSES):
        return Said("unknown", f"{_could_not_say(gate)}: it ended with exit code {code}{words}")
    if code == _REFUSES:
        return Said("refused", f"the gate {gate.name} refuses it{words}")
    return Said("passed", f"the gate {gate.name} lets it pass{words}")


def exposing(gate: Gate, own: Json, socket: str) -> str:
    """The mount by which a gate would get at the engine's socket; empty where none does.

    Args:
        gate: The gate.
        own: The container that this program runs in, as inspected: the socket may be elsewhere on the host.
        socket: The socket's path in it.
    """
    mounts = [each for each in own["Mounts"] if holds(each["Destination"], socket)]
    nearest = max(mounts, key=lambda each: len(each["Destination"]), default=None)
    if nearest is None:
        return ""
    there = nearest["Source"] + socket.removeprefix(nearest["Destination"].rstrip("/"))
    found = (each.source for each in gate.mounts if not each.is_volume and holds(each.source, there))
    return next(found, "")


def _not_run(gate: Gate, error: EngineError) -> Said:
    if isinstance(error, EngineUnavailable):
        raise error
    return Said("unknown", f"{_could_not_say(gate)}: {_mask(gate)(str(error))}")


def _mask(gate: Gate) -> Mask:
    return Mask([f"{name}={value}" for name, value in gate.env.items()])


def _could_not_say(gate: Gate) -> str:
    return f"the gate {gate.name} could not say"


async def _ended(engine: Engine, cid: str, limit: float) -> None:
    """POST /containers/{id}/wait: see a container to its end."""
    what = f"wait for the end of the gate {short(cid)}"
    params = {"condition": "not-running"}
    await engine.ask(what, "POST", f"containers/{cid}/wait", limit=limit, changes=False, params=params)


async def _remove(engine: Engine, cid: str) -> None:
    """End a gate's container, and remove it with its own volumes; what stays is removed at a later look."""
    with contextlib.suppress(EngineError):
        container = await engine.container(cid)
        if Container(container).is_running:
            await engine.stop(container, 0)
        await engine.remove(cid, with_own_volumes=True)
