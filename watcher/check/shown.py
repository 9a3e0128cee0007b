"""What is said of one container that was judged, or that could not be."""

from __future__ import annotations

import time

from watcher.check import eligibility
from watcher.check.eligibility import Circumstances, Wait
from watcher.check.gates import Standing
from watcher.check.judgement import Assessment
from watcher.check.own_labels import remarks
from watcher.check.releases import releases_of
from watcher.check.verdict import Status, Verdict
from watcher.config.policy import Policy
from watcher.host.context import Context
from watcher.model.errors import WatcherError
from watcher.model.inspection import Container, reference_of
from watcher.model.kept import Kept, still_kept
from watcher.model.release import NOTHING, Releases
from watcher.model.values import frozen
from watcher.store.decisions import NO_DECISIONS, Decisions

NOT_FOLLOWED = "-"  # as the mode of what did not opt in


@frozen
class Shown:
    """What is said of a container.

    Attributes:
        name: The container's.
        cid: Its id.
        image: The reference that it follows.
        state: `running`, `exited`, ... as the engine says it; `updating` while an update of it is open.
        mode: Its mode; `-` where it did not opt in, or its labels cannot be read.
        verdict: The answer for it.
        remarks: What people should know of its labels, a line each.
        engine: What people call its engine.
        releases: The versions of the image that it runs and of the image that it should run.
        waits: Why it is not updated now.
        stage: What an open update of it does now; empty where there is none.
        kept: The images that it ran before and that are kept, each with the end of its keeping.
        prefix: What people put before its name where there are several engines.
        kind: `container`, or `service` of a Swarm, whose name begins with `service/`.
    """

    name: str
    cid: str
    image: str
    state: str
    mode: str
    verdict: Verdict
    remarks: tuple[str, ...] = ()
    engine: str = ""
    releases: Releases = NOTHING
    waits: tuple[Wait, ...] = ()
    stage: str = ""
    kept: tuple[tuple[Kept, float], ...] = ()
    prefix: str = ""
    kind: str = "container"

    @property
    def is_carried_out(self) -> bool:
        """Whether an update of the container is carried out, and not only told of."""
        return self.mode not in {NOT_FOLLOWED, "notify"}

    @property
    def called(self) -> str:
        """What people call the container: after its engine's name, where there are several engines."""
        return f"{self.prefix}{self.name}"


Answer = Shown | WatcherError


def mode_of(policy: Policy | None) -> str:
    """The mode that is shown of a container; `policy` is None where its settings cannot be read."""
    return policy.mode if policy and policy.enable else NOT_FOLLOWED


def shown_of(context: Context, found: Assessment, decisions: Decisions = NO_DECISIONS) -> Shown:
    """What is said of a container that was judged; `decisions` are what people hold and approve."""
    container, policy = found.container, context.readable_policy(found.container)
    mode = mode_of(policy)
    about = container["Id"], reference_of(container), Container(container).status, mode, found.verdict
    return Shown(
        found.name,
        *about,
        remarks=(
            *remarks(container, every=context.follows_all, hooks=context.hooks),
            *(context.watchtowers.remarks(container) if mode != NOT_FOLLOWED else ()),
        ),
        engine=context.engine_name,
        prefix=context.prefix,
        releases=releases_of(found),
        waits=_waits(context, found, policy, decisions),
        kept=kept_of(found, policy or context.defaults, time.time()),
    )


def kept_of(found: Assessment, policy: Policy, now: float) -> tuple[tuple[Kept, float], ...]:
    """The images that a container ran before and that are kept, each with the end of its keeping."""
    earlier = [each for each in found.earlier if each.image != found.container["Image"]]
    kept = still_kept(earlier, policy.keep, policy.keep_for, now)
    return tuple((each, each.since + policy.keep_for) for each in kept if each.is_tagged)


def shown_unjudged(context: Context, name: str, error: WatcherError) -> Shown:
    """What is said in a list of a container that could not be judged."""
    verdict = Verdict(Status.UNKNOWN, str(error), "")
    return Shown(name, "", "-", "-", NOT_FOLLOWED, verdict, engine=context.engine_name, prefix=context.prefix)


def _waits(
    context: Context, found: Assessment, policy: Policy | None, decisions: Decisions
) -> tuple[Wait, ...]:
    """Why a container is not updated now, as far as it is its own affair, or a person's."""
    at = circumstances(context, decisions, found.gate)
    return eligibility.waits(found.name, found.verdict, policy, at)


def circumstances(context: Context, decisions: Decisions, gate: Standing | None = None) -> Circumstances:
    """What counts beside a container, or a service, itself, just now."""
    return Circumstances(time.time(), context.grace, decisions, context.freeze, gate)
