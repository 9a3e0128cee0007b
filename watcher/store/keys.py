"""What is kept, locked or queued belongs to one engine: its key, and the file that bears it.

Several engines may share a state directory, and have containers of the same name.
"""

import hashlib

from watcher.model.values import frozen

_ENGINE_LENGTH = 16
_ID_LENGTH = 64


@frozen(order=True)
class Key:
    """A container of an engine, or what else is kept of one.

    Attributes:
        engine: The engine's id; empty where it was away before it could be asked.
        name: The container's name or id, the tag, or the image's id.
    """

    engine: str
    name: str

    @property
    def file(self) -> str:
        """The file below the folder of its kind, without a suffix: the engine's folder, and a name in it."""
        return f"{folder_name(self.engine)}/{file_name(self.name)}"


def folder_name(engine: str) -> str:
    """The name of an engine's folder."""
    return _hash(engine)[:_ENGINE_LENGTH]


def file_name(name: str) -> str:
    """A name that every file system takes; the key's own where it is an id."""
    is_plain = len(name) <= _ID_LENGTH and name.isascii() and name.isalnum()
    return name if is_plain else _hash(name)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
