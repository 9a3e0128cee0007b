"""The gates' file (TOML): the programs that judge a new image before it is taken, as an administrator has it.

A gate is a table `[NAME]`. What cannot be read is refused with its file and line, and what would be right.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from watcher.config import gate_grammar as grammar
from watcher.config.gates import Gate, Gates
from watcher.config.grammar import gate_name
from watcher.config.setting import variable
from watcher.config.spelling import nearest
from watcher.model.errors import UnreadableLine
from watcher.model.quoting import cut

_LONGEST = 64 * 1024
_PLACE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


_Reader = Callable[[Any], Any]
_KEYS: Mapping[str, tuple[_Reader, str]] = {
    "image": (grammar.image, grammar.IMAGE),
    "command": (grammar.command, grammar.COMMAND),
    "entrypoint": (grammar.words, grammar.WORDS),
    "mounts": (grammar.mounts, grammar.MOUNTS),
    "network": (grammar.network, grammar.NETWORK),
    "timeout": (grammar.timeout, grammar.TIMEOUT),
    "memory": (grammar.memory, grammar.MEMORY),
    "user": (grammar.user, grammar.USER),
    "env": (grammar.env, grammar.ENV),
}
_NEEDED = ("image", "command")


class _Wrong(Exception):
    """What is wrong with a value.

    Args:
        what: That.
        right: What would be right.
        keys: The way to the value, table by table.
    """

    def __init__(self, what: str, right: str, *keys: str) -> None:
        super().__init__(what)
        self.what, self.right, self.keys = what, right, keys


def read(path: str, sockets: Collection[str] = ()) -> Gates:
    """Read the file; no path is no gate.

    Args:
        path: The file.
        sockets: By which engines are reached.

    Raises:
        UnreadableLine: The file, or something in it, cannot be read.
    """
    if not path:
        return Gates()
    text, found = _parsed(path, _content(path))
    try:
        gates = {name: _gate(name, table) for name, table in found.items()}
        for gate in gates.values():
            _refuse_exposed(gate, sockets)
        return Gates(path, gates, tuple(sockets))
    except _Wrong as wrong:
        line = line_of(text, *wrong.keys)
        raise UnreadableLine(f"{path}:{line}: {wrong.what}", wrong.right) from wrong


def read_again(gates: Gates, default: str) -> bool:
    """Read the file once more; whether it says something else than before.

    Args:
        gates: What it said, and says from now on.
        default: The gate of those whose labels name none, which must be among them; empty is none.

    Raises:
        UnreadableSetting: It cannot be read, or that gate is not in it: what it said before holds.
    """
    found = read(gates.path, gates.sockets)
    found.refuse_unknown(default, variable("gate"))
    is_news, gates.by_name = found.by_name != gates.by_name, found.by_name
    return is_news


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_LONGEST + 1)
    except OSError as error:
        why = f"the file of the gates {path} cannot be read: {error.strerror}"
        raise UnreadableLine(why, "CTR_UPDATER_GATES_FILE names a TOML file that defines them") from error
    if len(raw) > _LONGEST:
        raise UnreadableLine(
            f"the file of the gates {path} is too long", f"it takes {_LONGEST} bytes at most"
        )
    return raw


def _parsed(path: str, raw: bytes) -> tuple[str, Mapping[str, Any]]:
    import tomllib  # noqa: PLC0415 - few have gates

    try:
        text = raw.decode()
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableLine(f"{path}:{line}: this is no UTF-8", "the file of the gates is TOML") from error
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else len(text.rstrip().splitlines())
        why = _PLACE.sub("", str(error))
        raise UnreadableLine(
            f"{path}:{line}: this is no TOML: {why}", "toml.io says how it is written"
        ) from error


def _gate(name: str, table: object) -> Gate:
    if not isinstance(table, Mapping):
        raise _Wrong(f"{cut(name)!r} is no gate", "a gate is a table, which begins with [NAME]", name)
    try:
        gate_name(name)
    except ValueError as error:
        what = f"{cut(name)!r} cannot be the name of a gate"
        raise _Wrong(what, "it takes up to 64 letters, digits, '.', '_' and '-'", name) from error
    values = {key: _value(name, key, said) for key, said in table.items()}
    for key in _NEEDED:
        if key not in values:
            raise _Wrong(f"the gate {name} has no {key}", f"it takes {_KEYS[key][1]}", name)
    return Gate(name, **values)


def _refuse_exposed(gate: Gate, sockets: Collection[str]) -> None:
    """Let no mount pass that leads to an engine's socket, or to what is barred, by links that are here."""
    for mount in gate.mounts:
        if not mount.is_volume and _leads_astray(mount.source, sockets):
            what = f"the mount {mount.source} of the gate {gate.name} leads to the engine's socket"
            raise _Wrong(what, f"it takes {grammar.MOUNTS}", gate.name, "mounts")


def _leads_astray(source: str, sockets: Collection[str]) -> bool:
    real = os.path.realpath(source)
    paths = {*sockets, *map(os.path.realpath, sockets)}
    return grammar.is_barred(real) or any(
        grammar.holds(way, path) for way in (source, real) for path in paths
    )


def _value(name: str, key: str, said: object) -> Any:
    if key not in _KEYS:
        near = nearest(key, _KEYS)
        advice = f"did you mean {near}?" if near else f"it is one of {', '.join(_KEYS)}"
        raise _Wrong(f"{cut(key)!r} of the gate {name} is not known", advice, name, key)
    reader, right = _KEYS[key]
    try:
        return reader(said)
    except (ValueError, TypeError, AttributeError) as error:
        what = f"{key} = {cut(repr(said))} of the gate {name} cannot be read"
        raise _Wrong(what, f"it takes {right}", name, key) from error


def line_of(text: str, *keys: str) -> int:
    """The line on which a value begins: the first line without which the text does not have the value.

    Args:
        text: TOML that can be parsed.
        keys: The way to the value, table by table.
    """
    import tomllib  # noqa: PLC0415 - only where something is wrong

    lines, whole = text.split("\n"), 0
    for number in range(1, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value
        if _has(found, keys):
            return whole + 1
        whole = number
    return whole


def _has(found: object, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return False
        found = found[key]
    return True
