"""What one test makes on the engine, and its removal."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Unpack

from tests.testbed import api, images
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.processes import wait_until

# A command that was killed in the middle of a create or a removal leaves the engine at it.
_SWEEP_S = 20.0
_LISTS = {
    "containers": "/containers/json?all=1",
    "networks": '/networks?filters={"type":["custom"]}',  # the default bridge's id changes with each start
    "volumes": "/volumes",
    "images": "/images/json?all=1",
}


class Stack:
    """Containers, images, networks and volumes of one test.

    Names are taken as they are given; `name()` makes unique ones. Whatever was not on the engine before is
    removed by `clean`, however it came to be.
    """

    def __init__(self, engine: PrivateEngine) -> None:
        self.engine = engine
        self.prefix = f"t{uuid.uuid4().hex[:8]}"
        self._before = self._everything()

    def name(self, suffix: str) -> str:
        """Return a name of this test alone, fit for a container and for an image ("web", "web:1")."""
        return f"{self.prefix}-{suffix}"

    def image(self, name: str, *, marker: str = "", **options: Unpack[images.Options]) -> str:
        """Load an image and return its id; see `images.image`."""
        return images.image(self.engine, name, marker=marker, **options)

    def build(self, name: str, dockerfile: str, **options: Any) -> str:
        """Run `docker build` and return the image's id; see `images.build`."""
        return images.build(self.engine, name, dockerfile, **options)

    def tag(self, source: str, target: str) -> None:
        self.engine.docker("tag", source, target)

    def run(self, image: str, *options: object, name: str = "", command: tuple[str, ...] = ()) -> str:
        """`docker run -d` with these options and return the container's full id."""
        named = ["--name", name] if name else []
        return self.engine.docker("run", "-d", *named, *options, image, *command)

    def create(self, image: str, *options: object, name: str = "", command: tuple[str, ...] = ()) -> str:
        """As `run`, but the container is not started."""
        named = ["--name", name] if name else []
        return self.engine.docker("create", *named, *options, image, *command)

    def inspect(self, name: str) -> dict[str, Any]:
        """Return the container's JSON.

        Raises:
            BedError: There is none.
        """
        status, answer = self.engine.api("GET", f"/containers/{name}/json")
        if status != 200:
            raise BedError(f"container {name}: {status} {answer}")
        found: dict[str, Any] = answer
        return found

    def seen(self, name: str) -> dict[str, Any] | None:
        """The container's JSON; None where there is none, as for a moment between an update's two renames."""
        status, answer = self.engine.api("GET", f"/containers/{name}/json")
        return answer if status == 200 else None

    def exists(self, name: str) -> bool:
        return self.seen(name) is not None

    def containers(self) -> dict[str, dict[str, Any]]:
        """Return all containers of the test by name, as listed."""
        listed = self.engine.api("GET", "/containers/json?all=1")[1]
        own = (each for each in listed if each["Id"] not in self._before["containers"])
        # One that the engine is just removing has no name any more.
        return {(each["Names"] or [each["Id"]])[0].lstrip("/"): each for each in own}

    def image_id(self, name: str) -> str:
        """Return the id that the reference means now."""
        return images.image_id(self.engine, name)

    @contextlib.contextmanager
    def events(self, *, timeout: float = 60) -> Iterator[Iterator[dict[str, Any]]]:
        """Subscribe to the engine's events; see `api.events`."""
        with api.events(self.engine.socket, timeout=timeout) as stream:
            yield stream

    def wait(self, condition: Callable[[], bool], *, timeout: float = 60) -> None:
        """Return once `condition()` holds; asked now, and again after each event of the engine.

        Raises:
            TimeoutError: No event for `timeout` seconds.
        """
        with self.events(timeout=timeout) as stream:
            if not condition():
                next(event for event in stream if condition())

    def wait_for(
        self, name: str, condition: Callable[[dict[str, Any]], bool], *, timeout: float = 60
    ) -> dict[str, Any]:
        """Return the container's JSON as soon as `condition` holds for it; it may not exist yet."""
        held = list[dict[str, Any]]()

        def holds() -> bool:
            found = self.seen(name)
            held.extend([found] if found and condition(found) else [])
            return bool(held)

        self.wait(holds, timeout=timeout)
        return held[0]

    def clean(self) -> None:
        """Remove what was not there when the test began; containers first, for they hold the rest.

        Raises:
            BedError: Something stayed.
        """
        with contextlib.suppress(BedError):  # the engine may be in the middle of a removal
            wait_until(self._is_swept, "the engine to remove all of it", timeout=_SWEEP_S)
            return
        raise BedError(f"the engine would not remove {self._left()}")

    def _is_swept(self) -> bool:
        self._sweep()
        return not self._left()

    def _left(self) -> list[str]:
        return [name for kind in self._before for name in self._new(kind)]

    def _sweep(self) -> None:
        for container in self._new("containers"):
            self.engine.api("DELETE", f"/containers/{container}?force=1&v=1")
        # Images twice: one cannot go before its children.
        for kind in ("networks", "volumes", "images", "images"):
            for identity in self._new(kind):
                self.engine.api("DELETE", f"/{kind}/{identity}?force=1")

    def _new(self, kind: str) -> list[str]:
        return sorted(self._listed(kind) - self._before[kind])

    def _everything(self) -> dict[str, set[str]]:
        return {kind: self._listed(kind) for kind in _LISTS}

    def _listed(self, kind: str) -> set[str]:
        answer = self.engine.api("GET", _LISTS[kind])[1]
        if kind == "volumes":
            return {volume["Name"] for volume in answer["Volumes"] or []}
        found = {entry["Id"] for entry in answer}
        if kind == "images":
            # a tag that is new on an old image is removed by its name
            found |= {tag for entry in answer for tag in entry["RepoTags"] or [] if "<none>" not in tag}
        return found
