"""What must outlive a restart and no engine holds: images that failed, and configurations of images.

A folder of small JSON files, each replaced as a whole. Where the folder cannot be written, that is said
once and everything else goes on: an update that was cut short is recovered from the engine alone.
"""

import contextlib
import fcntl
import hashlib
import json
import math
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

Json = dict[str, Any]

_OF_AN_IMAGE = ("Id", "Os", "Architecture", "Variant", "Config")


@frozen
class Failure:
    """An image whose container did not start or did not prove itself.

    Attributes:
        image: The image's id.
        reason: One line.
        when: ISO 8601, in UTC.
    """

    image: str
    reason: str
    when: str


@frozen
class Seen:
    """What a tag means, as far as we have seen.

    Attributes:
        identities: Digests and ids that all are the one image.
        since: Seconds since the epoch by our own clock: since when the tag has meant it.
        local: The id of the image that the tag meant in the engine then; empty where none.
    """

    identities: tuple[str, ...]
    since: float
    local: str = ""


@frozen
class Asked:
    """How the daemon's last question about a tag ended.

    Attributes:
        when: Seconds since the epoch: when it was asked.
        since: Since when questions have ended so.
        why: What went wrong, as one line; empty where the registry answered.
        local: The id of the image that the tag meant in the engine then; empty where none.
    """

    when: float
    since: float
    why: str
    local: str


class Memory:
    """The state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, Seen] = {}
        self._trouble = ""
        self._said = False

    def said_once(self) -> str:
        """Why something could not be kept; empty where all could, and from the second time on."""
        trouble, self._said = "" if self._said else self._trouble, self._said or bool(self._trouble)
        return trouble

    def failure(self, name: str) -> Failure | None:
        """The image that the container `name` is not to be tried with again."""
        found = self._read("failed", name)
        try:
            return Failure(**found) if found else None
        except TypeError:
            return None

    def keep_failure(self, name: str, image: str, reason: str) -> None:
        """Remember that an image failed in the container `name`."""
        when = datetime.now(UTC).isoformat(timespec="seconds")
        self._write("failed", name, asdict(Failure(image, reason, when)))

    def forget_failure(self, name: str) -> None:
        """Let the container `name` be tried with any image."""
        with contextlib.suppress(OSError):
            self._path("failed", name).unlink()

    def image(self, image_id: str) -> Json | None:
        """What is remembered of an image: the parts of its inspect that recreating a container needs."""
        return self._read("images", image_id.removeprefix("sha256:"))

    def keep_image(self, image: Json) -> None:
        """Remember an inspected image, whose engine may drop it while containers still run from it."""
        key = image["Id"].removeprefix("sha256:")
        if not self._path("images", key).exists():
            self._write("images", key, {part: image[part] for part in _OF_AN_IMAGE if part in image})

    def drop_images_but(self, used: set[str]) -> None:
        """Forget the images that no container runs from; `used` holds ids."""
        self._drop_but("images", {image.removeprefix("sha256:") for image in used})

    def seen(self, tag: str) -> Seen | None:
        """What a tag was last seen to mean."""
        if tag in self._seen:
            return self._seen[tag]
        found = self._read("seen", _file_name(tag)) or {}
        try:
            identities, since, local = found["identities"], float(found["since"]), str(found["local"])
        except (LookupError, TypeError, ValueError):
            return None
        is_whole = identities and isinstance(identities, list) and math.isfinite(since)
        return Seen(tuple(map(str, identities)), since, local) if is_whole else None

    def saw(self, tag: str, identities: set[str], local: str) -> Seen:
        """Note what a tag means now; where that is another image than before, its time begins anew.

        What cannot be written is kept for as long as the process lives.
        """
        last, now = self.seen(tag), time.time()
        is_same = last is not None and not identities.isdisjoint(last.identities)
        since = min(last.since, now) if last and is_same else now
        seen = Seen(tuple(sorted(identities)), since, local)
        if seen != last:
            self._write("seen", _file_name(tag), asdict(seen) | {"tag": tag})
        self._seen[tag] = seen
        return seen

    def asked(self, tag: str) -> Asked | None:
        """How the last question about a tag ended; None where no daemon has asked for it."""
        found = self._read("asked", _file_name(tag)) or {}
        try:
            times = float(found["when"]), float(found["since"])
            asked = Asked(*times, str(found["why"]), str(found["local"]))
        except (LookupError, TypeError, ValueError):
            return None
        return asked if all(map(math.isfinite, times)) else None

    def keep_asked(self, tag: str, asked: Asked) -> None:
        """Note how a question about a tag ended, for the commands that share this folder."""
        self._write("asked", _file_name(tag), asdict(asked) | {"tag": tag})

    def drop_asked_but(self, tags: Iterable[str]) -> None:
        """Forget the questions about tags that are not asked for any more."""
        self._drop_but("asked", {_file_name(tag) for tag in tags})

    @contextlib.contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """Claim a container for this process; False where another process of this machine has it.

        The lock goes with the process. Where none can be made, the engine's own refusals must do.
        """
        try:
            path = self._folder / "locks" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = path.open("w")
        except OSError as error:
            self._trouble = str(error)
            yield True
            return
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _drop_but(self, kind: str, keys: set[str]) -> None:
        with contextlib.suppress(OSError):
            for path in (self._folder / kind).iterdir():
                if path.name.removesuffix(".json") not in keys:
                    path.unlink()

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / kind / f"{key}.json"

    def _read(self, kind: str, key: str) -> Json | None:
        try:
            found = json.loads(self._path(kind, key).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _write(self, kind: str, key: str, value: Json) -> None:
        path = self._path(kind, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
                json.dump(value, file)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError as error:
            self._trouble = str(error)


def _file_name(tag: str) -> str:
    return hashlib.sha256(tag.encode()).hexdigest()
