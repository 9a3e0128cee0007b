"""Sees a rollout of ours through the swarm to its end, and has the service go back from it, once.

Nothing of a rollout is this process's: the swarm rolls out by itself, and a process that comes later reads
the same. A look that fails is made again, for a swarm whose leader went has another one in seconds.
"""

import asyncio
from typing import Literal

from watcher.config.policy import Policy
from watcher.engine.swarm import Swarm
from watcher.model.errors import EngineError, NoSuchContainer, NotFound, is_forbidden
from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.swarm.progress import Progress, progress
from watcher.swarm.spec import Rollout, Service, pinned, updated

_LOOK_S = 0.5
_SILENCE_S = 120.0  # a swarm that lost its leader has another one in less, or has no majority
_PULL_S = 900.0
_NANO = 1_000_000_000

How = Literal["proved", "failed", "back", "changed"]


@frozen
class RolloutEnd:
    """How it ended.

    Attributes:
        how: `proved`; `failed`; `back`: the service went back, or is at it; `changed`: another image stands.
        why: The reason, as a clause.
        seen: How far the service was.
    """

    how: How
    why: str
    seen: Progress

    @property
    def is_images(self) -> bool:
        """Whether the image is to blame where it failed: not where a task was taken from its node."""
        return not self.seen.taken


class RolloutWatch:
    """Looks at one service, and minds for how long nothing has changed.

    Args:
        swarm: Where it is.
        service_id: Its id.
        policy: Its settings.
        digest: What is rolled out.
    """

    def __init__(self, swarm: Swarm, service_id: str, policy: Policy, digest: str) -> None:
        self.swarm = swarm
        self.policy = policy
        self._id = service_id
        self._digest = digest
        self._last: tuple[object, ...] = ()
        self._since = self.now()

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return asyncio.get_running_loop().time()

    async def look(self) -> Progress:
        """Read the swarm; where it does not answer, it is asked again for a while.

        Raises:
            NoSuchContainer: The service is gone.
            EngineError: The swarm did not answer for long.
        """
        began = self.now()
        while True:
            try:
                return self._noted(await self._read())
            except NotFound as error:
                gone = "the service was removed by somebody else in the middle of its update"
                raise NoSuchContainer(gone) from error
            except EngineError:
                if self.now() - began > _SILENCE_S:
                    raise
                await asyncio.sleep(_LOOK_S)

    async def _read(self) -> Progress:
        said = await self.swarm.service(self._id)
        tasks, nodes = await self.swarm.tasks(self._id), await self.swarm.nodes()
        return progress(said, tasks, nodes, self._digest)

    def _noted(self, seen: Progress) -> Progress:
        if seen.stamp != self._last:
            self._last, self._since = seen.stamp, self.now()
        return seen

    def is_stuck(self, seen: Progress) -> bool:
        """Whether nothing has changed for longer than something may take."""
        config = seen.service.spec.get("UpdateConfig") or {}
        pause = ((config.get("Delay") or 0) + (config.get("Monitor") or 5 * _NANO)) / _NANO
        patience = _PULL_S if seen.is_busy else self.policy.health_timeout + pause
        return self.now() - self._since > patience


async def seen_to_its_end(watch: RolloutWatch, rollout: Rollout) -> RolloutEnd:
    """Wait until a rollout has come to its end, and then for as long as its tasks must run.

    Raises:
        EngineError: The swarm did not answer for long; the next look goes on.
    """
    while True:
        seen = await watch.look()
        if ending := _cut_short(seen, rollout):
            return ending
        if seen.service.is_job or not seen.wanted:
            return RolloutEnd("proved", _not_running(seen), seen)
        if _has_come(seen):
            return await _stays(watch, rollout, seen)
        if watch.is_stuck(seen):
            return _stuck(seen, rollout)
        await asyncio.sleep(_LOOK_S)


def _not_running(seen: Progress) -> str:
    return "it is a job, and runs it the next time" if seen.service.is_job else "it has no replicas"


def _cut_short(seen: Progress, rollout: Rollout) -> RolloutEnd | None:
    """How a rollout has ended before its tasks all ran; None where it has not."""
    service = seen.service
    if service.is_going_back:
        return RolloutEnd("back", _worst(seen) or service.message, seen)
    if _id(service) != rollout.id:
        return RolloutEnd("changed", "somebody else changed it in the middle", seen)
    if service.state == "paused" and not seen.is_there:
        return RolloutEnd("failed", _worst(seen) or service.message, seen)
    return None


def _has_come(seen: Progress) -> bool:
    """Whether the swarm is done, or would only wait for a node that is down."""
    if seen.service.state in {"completed", "paused"}:
        return True
    return seen.is_there and (seen.service.state != "updating" or bool(seen.down))


async def _stays(watch: RolloutWatch, rollout: Rollout, first: Progress) -> RolloutEnd:
    """Wait until all tasks have run for as long as they must; a task that is made anew begins anew.

    The swarm may be done before they run: a leader that was killed says so of what it has only planned.
    """
    since = watch.now() if first.is_there else None
    while True:
        seen = await watch.look()
        if ending := _cut_short(seen, rollout):
            return ending
        if anew := (seen.failed.keys() - first.failed.keys()) | _late(watch, seen):
            return RolloutEnd("failed", seen.failed[min(anew)], seen)
        if not seen.is_there:
            since = None
            if watch.is_stuck(seen):
                return _stuck(seen, rollout)
        elif since is None:
            since = watch.now()
        elif watch.now() - since >= watch.policy.stable_for:
            return RolloutEnd("proved", str(seen), seen)
        await asyncio.sleep(_LOOK_S)


def _late(watch: RolloutWatch, seen: Progress) -> set[str]:
    """The tasks that failed within their proof: what failed before, the swarm did not mind."""
    return {task for task, seconds in seen.late.items() if seconds <= watch.policy.stable_for}


def _stuck(seen: Progress, rollout: Rollout) -> RolloutEnd:
    """What a rollout is that goes no further: no fewer tasks run than before, or it has failed."""
    if seen.running and seen.running >= min(rollout.ran, seen.wanted):
        return RolloutEnd("proved", f"{seen}, and no more have come", seen)
    return RolloutEnd("failed", _worst(seen) or f"it goes no further: {seen}", seen)


def _worst(seen: Progress) -> str:
    return next(iter(seen.failed.values()), seen.taken)


async def gone_back(watch: RolloutWatch, rollout: Rollout) -> RolloutEnd:
    """Have a service go back from a rollout that failed, if it still has this rollout; see it to its end.

    Raises:
        EngineError: The swarm did not answer for long.
    """
    began, seen = watch.now(), await watch.look()
    while _is_ours(seen.service, rollout):
        try:
            await _ask_back(watch.swarm, seen.service, rollout)
        except EngineError as error:  # whether it was taken in, or somebody was before us, the look tells
            if is_forbidden(error) or watch.now() - began > _SILENCE_S:
                raise
            await asyncio.sleep(_LOOK_S)
        seen = await watch.look()
    if was_changed(seen.service, rollout) or not is_back_from(seen.service, rollout):
        return RolloutEnd(
            "changed", "somebody else changed it in the middle, and what it is now stands", seen
        )
    return await _seen_back(watch)


def _is_ours(service: Service, rollout: Rollout) -> bool:
    """Whether a service still has the spec of a rollout, which may be taken back."""
    return _id(service) == rollout.id and not service.is_going_back and not was_changed(service, rollout)


def was_changed(service: Service, rollout: Rollout) -> bool:
    """Whether somebody changed a service since a rollout gave it its image: going back would undo that."""
    return _id(service) == _id(service.before) == rollout.id


def is_back_from(service: Service, rollout: Rollout) -> bool:
    """Whether a service is going, or has gone, back from a rollout; a rollout that undoes it is another."""
    if service.is_going_back:
        return service.digest != rollout.new
    return not _id(service) and _id(service.before) == rollout.id and service.digest == rollout.old


def _id(service: Service | None) -> str:
    """The id of the rollout that gave a service its image; empty where none of ours did."""
    return service.rollout.id if service and service.rollout else ""


async def _ask_back(swarm: Swarm, service: Service, rollout: Rollout) -> None:
    """Have the swarm go back; a tag without a digest it would pull anew: then to the digest that ran."""
    before = service.before
    if before is not None and before.digest:
        await swarm.go_back(service.said)
    elif service.tag is not None:
        spec: Json = updated(service, pinned(service.tag, rollout.old), rollout)
        await swarm.update(service.said, spec, {})


async def _seen_back(watch: RolloutWatch) -> RolloutEnd:
    while True:
        seen = await watch.look()
        if seen.is_there and (seen.service.state in {"", "completed", "rollback_completed"} or seen.down):
            return RolloutEnd("back", str(seen), seen)
        if seen.service.state == "rollback_paused" or watch.is_stuck(seen):
            return RolloutEnd("failed", _worst(seen) or str(seen), seen)
        await asyncio.sleep(_LOOK_S)
