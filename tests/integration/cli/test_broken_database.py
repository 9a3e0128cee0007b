"""A database that cannot be read is put aside by whichever command finds it so, which says that once."""

import pytest

from tests.integration.apps import ENABLED, current
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("check", "NAME"),
        ("history",),
        ("hold", "NAME"),
        ("approve", "NAME"),
        ("update", "--no-pull", "NAME"),
    ],
    ids=lambda words: words[0],
)
def test_what_was_held_is_not_lost_in_silence(cli: Commands, stack: Stack, words: tuple[str, ...]) -> None:
    web = current(stack, *ENABLED)
    assert cli("watcher", "hold", web.name).code == 0
    (cli.state / "database.sqlite").write_bytes(b"no database" * 500)
    words = tuple(word.replace("NAME", web.name) for word in words)

    first, second = (cli("watcher", *words) for _ in range(2))

    assert first.err.count("could not be read (it is no database): it was put aside as") == 1
    assert "put aside" not in second.err
    assert len([*cli.state.glob("database.sqlite.unreadable-*")]) == 1
