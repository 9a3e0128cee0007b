"""The judgement of one service: the digest in its spec against what its tag means. Pure: no I/O."""

from collections.abc import Iterable

from attrs import evolve

from watcher.check import eligibility
from watcher.check.verdict import Status, Verdict, cooling, held_by
from watcher.model.json_object import Json
from watcher.model.names import short
from watcher.model.reference import ImageRef
from watcher.model.values import frozen
from watcher.registry.manifests import IndexEntry
from watcher.store.failures import Failure
from watcher.swarm.placement import hostname, platform_of
from watcher.swarm.spec import Service

PIN = "no digest is in its spec, so nobody can say what its nodes run, and there is no way back"


@frozen
class ServiceFacts:
    """What is known of one service.

    Attributes:
        service: As read.
        digest: What its tag means in the registry.
        here: The digests that the image of its tag has on this node, where its spec has none.
        failure: The digest that the service is not to be tried with again.
        is_back: Whether the swarm, or a person, had it go back from what its tag means.
        is_released: Whether a person has let it take again what a rollback left.
        since: When the tag was first seen to mean this digest, in seconds since the epoch.
        cooldown: Seconds for which the tag must have meant it.
        now: When all was read.
        lack: What the image lacks for the nodes that may run it; empty where nothing.
    """

    service: Service
    digest: str
    here: frozenset[str] = frozenset()
    failure: Failure | None = None
    is_back: bool = False
    is_released: bool = False
    since: float = 0.0
    cooldown: float = 0.0
    now: float = 0.0
    lack: str = ""


def judge(facts: ServiceFacts) -> Verdict:
    """Compare digests, and then let count a rollback, a failure and the cooldown."""
    service, digest = facts.service, facts.digest
    tag, running = service.tag, runs(facts)
    if tag is None:
        return pinned_verdict(service)
    if digest in (running, *facts.here):
        return Verdict(Status.CURRENT, f"{tag.familiar} is {short(digest)}", digest, digest)
    if not running:
        return Verdict(Status.UNKNOWN, f"{PIN}: `docker service update --image {tag.familiar}` pins it", "")
    why = f"{tag.familiar} was {short(running)}, is {short(digest)}"
    verdict = Verdict(Status.OUTDATED, why, running, digest, digest=digest)
    if facts.lack:
        return evolve(verdict, status=Status.UNKNOWN, reason=f"{why}, {facts.lack}")
    return _held(verdict, facts)


def _held(verdict: Verdict, facts: ServiceFacts) -> Verdict:
    digest = verdict.target
    if facts.service.left == digest and not facts.is_released:
        why = f"rolled back by a person, from {short(digest)}"
        return held_by(verdict, why, by_person=True)
    if facts.failure and facts.failure.image == digest:
        return held_by(verdict, f"failed on {short(digest)}: {facts.failure.reason}")
    if facts.is_back:
        return held_by(verdict, f"failed on {short(digest)}: the swarm says: {facts.service.message}")
    until = facts.since + facts.cooldown
    return cooling(verdict, until, eligibility.shown(until)) if until > facts.now else verdict


def pinned_verdict(service: Service) -> Verdict:
    """The answer for a service that follows no tag, of which no registry is asked."""
    if not service.image:
        return Verdict(Status.UNKNOWN, "it runs no containers", "")
    running = service.digest
    return Verdict(Status.CURRENT, f"pinned: {service.image} follows no tag", running, running)


def runs(facts: ServiceFacts) -> str:
    """The digest that a service's tasks run; empty where nobody can say."""
    return facts.service.digest or min(facts.here, default="")


def lacking(ref: ImageRef, index: Iterable[IndexEntry], nodes: Iterable[Json]) -> str:
    """What an index has not got for one of the nodes that may run it, as a clause; empty where nothing."""
    offered = {row.platform[:2] for row in index}
    for node in nodes:
        wanted = platform_of(node)
        if all(wanted) and wanted not in offered:
            return (
                f"which has nothing for {'/'.join(wanted)}, and {hostname(node)} may run it ({ref.familiar})"
            )
    return ""
