"""A zone whose clocks change, and moments in it."""

from datetime import datetime


def at(text: str) -> float:
    """The moment of a date with its offset."""
    return datetime.fromisoformat(text).timestamp()
