"""What the values in the gates' file may be: a reader takes a value of TOML, and refuses a wrong one.

Pure. No gate gets the engine's socket, nor a directory that holds it: with it a gate were root on the host.
"""

import posixpath
import re
from collections.abc import Mapping

from watcher.config.grammar import duration
from watcher.model.reference import ImageRef
from watcher.model.values import frozen

IMAGE = "an image by its digest, as name@sha256: and 64 hexadecimal digits"
WORDS = "a list of words, as strings"
COMMAND = f"{WORDS}, in one of which {{image}} stands for the image that is to be judged"
MOUNTS = (
    'a list of "SOURCE:TARGET", or "SOURCE:TARGET:rw"; SOURCE is a volume or an absolute path, but neither '
    "the engine's socket nor what holds that"
)
NETWORK = "none, bridge or the name of a network, but neither host nor another container's"
TIMEOUT = "a duration of 1s or more, such as 30s or 5m"
MEMORY = "a size of 6m or more, such as 512m or 2g"
USER = "a user, as name, id or id:group"
ENV = "a table of strings, as { NAME = 'value' }"

_VOLUME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_MEMORY = re.compile(r"([0-9]{1,9})([mg])")
_UNITS = {"m": 1024**2, "g": 1024**3}
_LEAST_MEMORY = 6 * 1024**2
# What stands there leads to the engine's socket, or to the whole host.
_BARRED = ("/run", "/var/run", "/proc", "/sys", "/dev")


@frozen
class Mount:
    """What a gate sees of the host.

    Attributes:
        source: A path, or the name of a volume.
        target: Where it sees that.
        is_writable: Whether it may write there.
    """

    source: str
    target: str
    is_writable: bool = False

    @property
    def is_volume(self) -> bool:
        """Whether the source is a volume."""
        return not self.source.startswith("/")


def image(said: str) -> str:
    """Read an image's reference with a digest; ValueError for any other."""
    if not ImageRef.parse(said).digest:
        raise ValueError(said)
    return said


def words(said: list[str]) -> tuple[str, ...]:
    """Read a list of words; ValueError for what is none."""
    if not isinstance(said, list) or not said or not all(isinstance(each, str) and each for each in said):
        raise ValueError(said)
    return tuple(said)


def command(said: list[str]) -> tuple[str, ...]:
    """Read the words of a command, which name the image to judge; ValueError for anything else."""
    if not any("{image}" in each for each in words(said)):
        raise ValueError(said)
    return tuple(said)


def mounts(said: list[str]) -> tuple[Mount, ...]:
    """Read what a gate sees of the host; ValueError for what it must not."""
    if not isinstance(said, list):
        raise ValueError(said)  # noqa: TRY004 - one error for all that cannot be read
    return tuple(map(_mount, said))


def network(said: str) -> str:
    """Read the name of a network; ValueError for the host's, a container's, and what is no name."""
    if said == "host" or not _VOLUME.fullmatch(said):
        raise ValueError(said)
    return said


def timeout(said: str) -> float:
    """Read a duration of a second or more; ValueError for what is none."""
    if (seconds := duration(said)) < 1:
        raise ValueError(said)
    return seconds


def memory(said: str) -> int:
    """Read a size into bytes; ValueError for what is none."""
    match = _MEMORY.fullmatch(said)
    size = int(match[1]) * _UNITS[match[2]] if match else 0
    if size < _LEAST_MEMORY:
        raise ValueError(said)
    return size


def user(said: str) -> str:
    """Read a user; ValueError for what is none."""
    if not re.fullmatch(r"[\w.-]+(?::[\w.-]+)?", said):
        raise ValueError(said)
    return said


def env(said: Mapping[str, str]) -> dict[str, str]:
    """Read an environment; ValueError for what is none."""
    for name, value in said.items():
        if not isinstance(value, str) or not name or "=" in name:
            raise ValueError(said)
    return dict(said)


def is_barred(path: str) -> bool:
    """Whether a path is, holds or lies in a place by which the engine's socket, or the whole host, is had."""
    return path.endswith(".sock") or any(holds(path, each) or holds(each, path) for each in _BARRED)


def holds(path: str, other: str) -> bool:
    """Whether a path is another one, or holds it."""
    return f"{other}/".startswith(f"{path.rstrip('/')}/")


def _mount(said: str) -> Mount:
    source, target, mode = said.split(":") if said.count(":") > 1 else (*said.split(":"), "ro")
    if mode not in ("ro", "rw") or not target.startswith("/") or posixpath.normpath(target) == "/":
        raise ValueError(said)
    if source.startswith("/"):
        source = posixpath.normpath(f"/{source.lstrip('/')}")
        if is_barred(source):
            raise ValueError(said)
    elif not _VOLUME.fullmatch(source):
        raise ValueError(said)
    return Mount(source, target, is_writable=mode == "rw")
