"""The bed's one exception."""


class BedError(Exception):
    """The bed cannot do what it was asked; `str()` says what, on what, and what was answered."""
