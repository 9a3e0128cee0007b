"""docs/troubleshooting.md goes by the messages that there are: each class of errors is told, nothing else."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.unit.documents import DOCS, codes, of_the_site, rows
from watcher.model import errors

messages = of_the_site("messages")
PAGE = (DOCS / "troubleshooting.md").read_text()
TOLD = [text for row in rows(PAGE, "you see") for text in codes(row[0])]
CLASSES = sorted(
    (each for each in vars(errors).values() if isinstance(each, type) and each.__module__ == errors.__name__),
    key=lambda each: each.__name__,
)
# Engines' and registries' own words, which the program passes on.
PASSED_ON = {"already in use", "already allocated", "status: 503"}


def pieces(text: str) -> list[str]:
    """The words of a message, without what is filled in."""
    return [piece.strip(" :;()'") for piece in text.split("…") if piece.strip(" :;()'")]


def constants() -> Iterator[str]:
    for tree in messages.trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.lower()


def is_said(told: str, message: str) -> bool:
    """Whether a message has all words that the page tells, in that order."""
    return bool(re.search(".*".join(map(re.escape, pieces(told))), message, re.DOTALL))


SAID = "\n".join(constants())
# Of these classes the words are put together of others' words.
MADE_OF_PARTS = {
    "Occupied": "address already in use",
    "Resting": "cannot pull …: …",
    "TaskLeft": "…: already exists",
}


@pytest.mark.parametrize("told", TOLD)
def test_what_is_told_are_words_of_the_program(told: str) -> None:
    for piece in pieces(told.lower()):
        assert piece in SAID or any(words in piece for words in PASSED_ON)


@pytest.mark.parametrize("kind", [each.__name__ for each in CLASSES if issubclass(each, errors.WatcherError)])
def test_every_class_of_errors_is_told(kind: str) -> None:
    own = [str(each) for each in messages.messages() if kind in messages.bases(each.kind)]

    assert any(is_said(told, message) for told in TOLD for message in own) or MADE_OF_PARTS[kind] in TOLD


def test_every_trouble_with_a_registry_is_told_with_the_words_that_it_is_known_by() -> None:
    registry = PAGE.partition("## The registry")[2].partition("\n## ")[0].lower()

    for trouble, sign in registry_signs().items():
        assert sign.search(registry), trouble


def registry_signs() -> dict[errors.Trouble, re.Pattern[str]]:
    from watcher.registry.error_classes import _SIGNS  # noqa: PLC0415 - the words themselves

    return _SIGNS


def test_every_exit_code_that_an_error_ends_with_has_a_section() -> None:
    sections = re.findall(r"^## .*\(([\d, ]+)\)", PAGE, re.MULTILINE)

    told = {int(code) for text in sections for code in text.split(", ")}
    assert told == set(messages.exit_codes().values()) | {143}


def test_a_message_stands_on_the_page_as_it_is_made() -> None:
    tables = messages.message_tables()

    assert "| no such container: … matches none of … |" in tables
    assert "| what answers at … is no Docker engine | see DOCKER\\_HOST and `docker context ls` |" in tables
    assert len(messages.messages()) > 100


def test_a_message_is_read_from_every_form_that_it_has_in_the_code() -> None:
    source = """
_ADVICE = "wait"
def f(name, is_new):
    raise Refused(f"{name!r} is {1 + 1} no {name}", advice=_ADVICE)
    raise Refused("x" if is_new else "y")
    raise Refused("plain; " + name)
"""
    found = list(messages.messages_of(ast.parse(source), {"Refused"}))

    assert [(each.pieces, each.advice) for each in found] == [
        (("", " is ", " no ", ""), ("wait",)),
        (("x",), ("",)),
        (("plain; ",), ("",)),
    ]
