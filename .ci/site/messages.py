# ruff: noqa: INP001 - a script of the build: no package
"""Each error that the program can end with, as the code has it, by its exit code: `…` is filled in."""

import ast
import re
from collections.abc import Container, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

PROGRAM = Path(__file__).parents[2] / "watcher"
BASE = "WatcherError"
_PLAIN = re.compile(r"[\\*_<\[|]")


class Message(NamedTuple):
    """An error as it is made somewhere in the code.

    Attributes:
        kind: The name of its class.
        pieces: Its words; between two of them something is filled in.
        advice: The same of what it says to do; empty where it says nothing, or where that is made elsewhere.
    """

    kind: str
    pieces: tuple[str, ...]
    advice: tuple[str, ...]

    def __str__(self) -> str:
        return "…".join(self.pieces)


@cache
def trees() -> tuple[ast.Module, ...]:
    """All modules of the program."""
    return tuple(ast.parse(path.read_text(), str(path)) for path in sorted(PROGRAM.rglob("*.py")))


@cache
def _classes() -> dict[str, list[ast.ClassDef]]:
    """All classes by their names; some names are taken twice."""
    found: dict[str, list[ast.ClassDef]] = {}
    for node in (each for tree in trees() for each in ast.walk(tree) if isinstance(each, ast.ClassDef)):
        found.setdefault(node.name, []).append(node)
    return found


def bases(name: str) -> set[str]:
    """A class and all that it is derived from, as far as they are the program's."""
    direct = [ast.unparse(base) for node in _classes().get(name, ()) for base in node.bases]
    return {name}.union(*map(bases, direct))


@cache
def exit_codes() -> dict[str, int]:
    """The exit code of each class of errors, by its name: its own, or that of the class above it."""
    found = {name: _code(name) for name in _classes() if BASE in bases(name)}
    return {name: code for name, code in found.items() if code}


def _code(name: str) -> int:
    nodes = _classes().get(name, [])
    own = (code for node in nodes for each in node.body for code in _assigned(each))
    derived = (_code(ast.unparse(base)) for node in nodes for base in node.bases)
    return next(filter(None, (*own, *derived)), 0)


def _assigned(statement: ast.stmt) -> Iterator[int]:
    if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "exit_code":
        yield ast.literal_eval(statement.value)


@cache
def messages() -> list[Message]:
    """Each error that says in its own place what it says, once, in the order of the modules."""
    kinds = {name for name in _classes() if BASE in bases(name)}
    made = [each for tree in trees() for each in messages_of(tree, kinds)]
    made += [each for kind in kinds for node in _classes()[kind] for each in _own_messages(node)]
    return list(dict.fromkeys(each for each in made if len("".join(each.pieces).strip(" :;,")) > 3))  # noqa: PLR2004


def _own_messages(node: ast.ClassDef) -> Iterator[Message]:
    """What a class says itself of whatever it is made of."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"super().__init__", f"{BASE}.__init__"}:
            for words in call.args:
                if any(pieces := _pieces(words, {})):
                    yield Message(node.name, pieces, ("",))


def messages_of(tree: ast.Module, kinds: Container[str]) -> Iterator[Message]:
    """The errors that a module makes of some classes."""
    texts = {ast.unparse(each.targets[0]): each.value for each in tree.body if isinstance(each, ast.Assign)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in kinds:
            advice = next((each.value for each in call.keywords if each.arg == "advice"), None)
            said = call.args[0] if call.args else None
            yield Message(call.func.id, _pieces(said, texts), _pieces(advice, texts))


def _pieces(node: ast.expr | None, texts: Mapping[str, ast.expr]) -> tuple[str, ...]:
    """The words of a text, or of its module's constant, in pieces between which something is filled in."""
    match node:
        case ast.Name(id=name) if name in texts:
            return _pieces(texts[name], {})
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.JoinedStr(values=values):
            whole = "".join(str(each.value) if isinstance(each, ast.Constant) else "\0" for each in values)
            return tuple(whole.split("\0"))
        case ast.IfExp(body=body):
            return _pieces(body, texts)
        case ast.BinOp(left=left):
            return _pieces(left, texts)
    return ("",)


def message_tables() -> str:
    """All messages as Markdown, a table for each exit code."""
    codes, parts = exit_codes(), []
    known = [each for each in messages() if each.kind in codes]
    for code in sorted({codes[each.kind] for each in known}):
        rows = sorted({_row(each) for each in known if codes[each.kind] == code})
        parts.append(f"### Exit code {code}\n\n| message | what to do |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _row(message: Message) -> str:
    return f"| {_cell(str(message))} | {_cell('…'.join(message.advice))} |"


def _cell(text: str) -> str:
    """Text as Markdown that means nothing but itself, but for code."""
    parts = " ".join(text.split()).split("`")
    return "`".join(each if number % 2 else _PLAIN.sub(r"\\\g<0>", each) for number, each in enumerate(parts))
