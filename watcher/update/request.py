"""What is wanted of an update of one container, and what became of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from attrs import field

from watcher.check.judgement import Assessment
from watcher.model.errors import UpdateFailed
from watcher.model.update_events import By
from watcher.model.values import frozen
from watcher.update.attempt import Announce
from watcher.update.steps.plan import Plan


class Done(StrEnum):
    """How an update ended that did not fail."""

    CURRENT = "current"
    UPDATED = "updated"
    PLANNED = "planned"


@frozen
class Outcome:
    """What became of one container.

    Attributes:
        assessment: As it was found.
        done: What was done about it.
        plan: The plan, as text, where there was one.
        warnings: What a person should know all the same, a line each.
        took: Seconds that each step took, by its name; a step of another container has that one's name, too.
        with_it: The names of the containers that were replaced with it.
        took_s: Seconds that all of it took, from its first look at the image on.
        steps: The plan itself, where nothing but a plan was asked for.
        for_helper: Whether a helper has to carry out what was planned.
        is_job_undone: Whether it is a job that others wait for, and did not do its work with its new image.
    """

    assessment: Assessment
    done: Done
    plan: str = ""
    warnings: tuple[str, ...] = ()
    took: Mapping[str, float] = field(factory=dict)
    with_it: tuple[str, ...] = ()
    took_s: float = 0.0
    steps: Plan | None = None
    for_helper: bool = False
    is_job_undone: bool = False


@frozen
class HeldBack:
    """A container whose turn does not come: what it depends on failed, or is not as the container wants it.

    Attributes:
        name: The container's.
        why: What holds it back.
        doubts: What a person should know all the same, a line each.
        exit_code: The exit code of a command: it has no update, and the old container runs.
    """

    exit_code: ClassVar[int] = UpdateFailed.exit_code

    name: str
    why: str
    doubts: tuple[str, ...] = ()

    def __str__(self) -> str:
        """All of it in one line, for people."""
        return "; ".join([f"{self.name}: held back: {self.why}", *self.doubts])


@frozen
class Request:
    """What a person, or the daemon, wants of an update.

    Attributes:
        pull: Pull first; else the local cache alone is looked at.
        dry_run: Only plan.
        again: Also try an image that failed before, or that a person holds the container back from.
        cautious: Rather leave a container alone than keep values that may be its old image's defaults.
        unattended: Nobody asked for it by hand: only what is approved, where the container's mode wants that.
        spared: Names of dependents that are not to be restarted after it, for they are updated themselves.
        announce: Told the update and its plan before the first step.
        by_helper: The engine is reached through the container, so a helper has to update it.
        unpulled: Names of the containers that are not pulled though the others are.
        back: Go back to this image that it ran before, by its id or its version; empty is the last one, and
            None is an update.
        target: Only to this image, by its id, which was judged before; empty is whatever the tag means.
        by: Who asked for this update; None where it is the same as for all else.
    """

    pull: bool = False
    dry_run: bool = False
    again: bool = False
    cautious: bool = False
    unattended: bool = False
    spared: frozenset[str] = frozenset()
    announce: Announce = lambda *_: None
    by_helper: bool = False
    unpulled: frozenset[str] = frozenset()
    back: str | None = None
    target: str = ""
    by: By | None = None
