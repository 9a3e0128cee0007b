"""A Swarm service, by what is asked of it; and the same with another image. Pure: no I/O."""

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import evolve

from watcher.check.releases import labelled_address
from watcher.model.json_object import Json
from watcher.model.labels import LEFT, ROLLOUT, is_ours
from watcher.model.names import SERVICE_PREFIX
from watcher.model.reference import ImageRef, readable
from watcher.model.release import Release, link
from watcher.model.update_events import Change
from watcher.model.values import frozen

# What a stack's file says of the image, to which the docker CLI adds a digest in the spec.
_STACK_IMAGE = "com.docker.stack.image"
_WORDS = 4


@frozen
class Rollout:
    """What the label says of a rollout of ours.

    Attributes:
        id: Its own.
        new: The digest that it brings.
        old: The digest that ran before.
        ran: How many tasks ran before.
    """

    id: str
    new: str
    old: str
    ran: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a label; None where it is none of ours."""
        words = text.split()
        if len(words) != _WORDS or not words[3].isdecimal():
            return None
        return cls(words[0], words[1], words[2], int(words[3]))

    def __str__(self) -> str:
        return f"{self.id} {self.new} {self.old} {self.ran}"


class Service:
    """One service, or what it was before.

    Args:
        said: GET /services/{id}.
    """

    __slots__ = ("said", "spec")

    def __init__(self, said: Json, spec: Json | None = None) -> None:
        self.said = said
        self.spec: Json = said["Spec"] if spec is None else spec

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.said["ID"])

    @property
    def name(self) -> str:
        """What it is called here: its name with `service/` before it."""
        return f"{SERVICE_PREFIX}{self.spec['Name']}"

    @property
    def labels(self) -> Mapping[str, str]:
        """The service's own labels, which are not its containers'."""
        return self.spec.get("Labels") or {}

    @property
    def image(self) -> str:
        """The reference in its spec; empty where it runs no containers."""
        return str(self._container.get("Image") or "")

    @property
    def digest(self) -> str:
        """The digest that its tasks run; empty where each node pulled what the tag meant then."""
        return ref.digest if (ref := readable(self.image)) else ""

    @property
    def tag(self) -> ImageRef | None:
        """The tag that it follows; None where a person has pinned it, or it has no reference."""
        ref = readable(self.image)
        if ref is None or not ref.tag or self._is_pinned:
            return None
        return evolve(ref, digest="")

    @property
    def _is_pinned(self) -> bool:
        """Whether a stack's file itself names a digest: what the docker CLI adds is told from that by it."""
        typed = readable(self.labels.get(_STACK_IMAGE, ""))
        return typed is not None and bool(typed.digest) and typed == readable(self.image)

    @property
    def judged_by(self) -> tuple[object, ...]:
        """All of it that its judgement counts on: where this is another, it is to be judged anew."""
        ours = {name: value for name, value in self.labels.items() if is_ours(name)}
        return self.image, self.tag, ours, self.mode, self.placement

    @property
    def is_job(self) -> bool:
        """Whether its tasks are to end; a new image counts from its next run on."""
        return self.mode.endswith("Job")

    @property
    def mode(self) -> str:
        """`Replicated`, `Global`, `ReplicatedJob` or `GlobalJob`."""
        return next(iter(self.spec.get("Mode") or {}), "Replicated")

    @property
    def replicas(self) -> int:
        """How many tasks it is to have; a global one has one on each node that may run it."""
        return int(((self.spec.get("Mode") or {}).get("Replicated") or {}).get("Replicas") or 0)

    @property
    def placement(self) -> Json:
        """Where its tasks may run."""
        return (self.spec.get("TaskTemplate") or {}).get("Placement") or {}

    @property
    def state(self) -> str:
        """How the swarm's own update goes: `updating`, `paused`, `completed`, `rollback_...`; or nothing."""
        return str((self.said.get("UpdateStatus") or {}).get("State") or "")

    @property
    def message(self) -> str:
        """What the swarm says of its own update."""
        return str((self.said.get("UpdateStatus") or {}).get("Message") or "")

    @property
    def is_going_back(self) -> bool:
        """Whether its last update was a rollback, under way or over."""
        return self.state.startswith("rollback")

    @property
    def began(self) -> float:
        """When the swarm's own update began, in seconds since the epoch; 0 where it tells of none."""
        return self._moment("StartedAt")

    @property
    def completed(self) -> float:
        """When the swarm's own update was over, in seconds since the epoch; 0 where it is not."""
        return self._moment("CompletedAt")

    def _moment(self, name: str) -> float:
        text = str((self.said.get("UpdateStatus") or {}).get(name) or "")
        return datetime.fromisoformat(text).timestamp() if text else 0.0

    @property
    def rollout(self) -> Rollout | None:
        """The rollout of ours that brought the image that it has; None where none did."""
        found = Rollout.parse(self.labels.get(ROLLOUT, ""))
        return found if found and found.new == self.digest else None

    @property
    def left(self) -> str:
        """The digest that a person had it go back from; empty where nobody had."""
        return self.labels.get(LEFT, "")

    @property
    def before(self) -> "Service | None":
        """What it was before its last update; None where the swarm does not know any more."""
        spec = self.said.get("PreviousSpec")
        return Service(self.said, spec) if spec else None

    @property
    def running(self) -> str:
        """How many of its tasks run, as `docker service ls` says it; empty where nobody asked for it."""
        status = self.said.get("ServiceStatus") or {}
        return f"{status.get('RunningTasks', 0)}/{status.get('DesiredTasks', 0)}" if status else ""

    def change(self, target: str = "") -> Change:
        """From which digest to which it is to go, as events tell it."""
        image = self.tag.familiar if self.tag else self.image
        return Change(self.name, image, self.digest, target, digest=target, link=self.link(target))

    def link(self, target: str) -> str:
        """Where people read what is new, by its label; no version of an image is known that no engine has."""
        is_new = target not in ("", self.digest)
        return link(Release(), Release(), labelled_address(self.labels)) if is_new else ""

    @property
    def _container(self) -> Mapping[str, Any]:
        return (self.spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}


def updated(service: Service, image: str, rollout: Rollout, left: str = "") -> Json:
    """The spec as it is, with another image, and with the labels of ours that say so.

    Args:
        service: As it is.
        image: The reference, with its digest.
        rollout: What brings it.
        left: The digest that a person has it go back from, or nothing.
    """
    spec = copy.deepcopy(service.spec)
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = image
    labels = {name: value for name, value in service.labels.items() if name != LEFT}
    spec["Labels"] = labels | {ROLLOUT: str(rollout)} | ({LEFT: left} if left else {})
    return spec


def pinned(ref: ImageRef, digest: str) -> str:
    """A reference as a spec has it: the tag that is followed, and the digest that its tasks run."""
    return evolve(ref, digest=digest).familiar
