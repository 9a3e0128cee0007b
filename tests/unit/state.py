"""A state directory, as one engine's: shared by the tests of what is remembered."""

from pathlib import Path


async def here() -> str:
    """The engine's id."""
    return "HERE"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
