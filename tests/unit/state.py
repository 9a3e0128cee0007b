"""A state directory, as one engine's: shared by the tests of what is remembered."""

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path


async def here() -> str:
    """The engine's id."""
    return "HERE"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """Let this process write no more than ten bytes into any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def away(folder: Path) -> Iterator[None]:
    """Let nothing be read or written in a state directory for a while, by root either."""
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")
    yield
    folder.unlink()
    aside.rename(folder)
