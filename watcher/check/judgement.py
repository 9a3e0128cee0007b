"""The judgement of one container, by all that is known of it. Pure: no I/O."""

from watcher.check.cooldown import foreseen
from watcher.check.gates import Standing
from watcher.check.last_answers import unanswered
from watcher.check.verdict import Meaning, Status, Verdict, by_registry, compare, followed, held, left
from watcher.model.inspection import Container, left_by
from watcher.model.json_object import Json
from watcher.model.kept import Kept
from watcher.model.reference import ImageRef, Tag
from watcher.model.values import frozen
from watcher.store.failures import Failure, LastQuestion, Seen

_OPEN = (Status.CURRENT, Status.OUTDATED)


@frozen
class Facts:
    """What is known of one container; a fact that does not count was not read, and has its default.

    Attributes:
        container: As inspected.
        tagged: The image that its reference means in the engine; None where there is none.
        running: The image that it runs, as the engine or our memory knows it.
        platform: What to pull for; empty is the engine's own.
        failure: The image that it is not to be tried with again.
        cooldown: Seconds for which its tag must have meant a new image.
        seen: What its tag was last seen to mean.
        asked: How the daemon's last question about its tag ended.
        meaning: What its tag means in the registry, which was asked just now.
        earlier: The images that it ran before.
        released: Whether a person has let it take the image again that a rollback left.
        gate: How the image that its reference means stands with its gate; None where it has no gate.
        now: Seconds since the epoch, when all was read.
    """

    container: Json
    tagged: Json | None = None
    running: Json | None = None
    platform: str = ""
    failure: Failure | None = None
    cooldown: float = 0.0
    seen: Seen | None = None
    asked: LastQuestion | None = None
    meaning: Meaning | None = None
    earlier: tuple[Kept, ...] = ()
    released: bool = False
    gate: Standing | None = None
    now: float = 0.0

    @property
    def ref(self) -> ImageRef | None:
        """The tag that the container follows; None where it is pinned."""
        return followed(self.container, self.tagged)

    @property
    def tag(self) -> Tag | None:
        """The tag that the container follows, with its platform; None where it is pinned."""
        return Tag(ref, self.platform) if (ref := self.ref) else None


@frozen
class Assessment:
    """What was read of one container, and what follows from it.

    Attributes:
        container: As inspected.
        image: What its reference means now, None where the local cache has none.
        verdict: The answer.
        running: The image that it runs, None where nobody knows it.
        earlier: The images that it ran before, the last one first.
        goes_back: Whether it is to go back to an image, and not on to what its tag means.
        gate: How the image that it is to have stands with its gate; None where it has none.
    """

    container: Json
    image: Json | None
    verdict: Verdict
    running: Json | None = None
    earlier: tuple[Kept, ...] = ()
    goes_back: bool = False
    gate: Standing | None = None

    @property
    def name(self) -> str:
        """The container's name, without the engine's slash."""
        return Container(self.container).name


def judge(facts: Facts) -> Verdict:
    """Judge by identities, and then by the other facts that hold an update back or make it unknown."""
    verdict, ref = compare(facts.container, facts.tagged, facts.running), facts.ref
    if facts.meaning and ref:
        verdict = by_registry(facts.container["Image"], ref, facts.meaning)
    if (image := left_by(facts.container)) and not facts.released:
        verdict = left(verdict, image, facts.tagged)
    if facts.failure:
        verdict = held(verdict, facts.failure.image, facts.failure.reason, facts.tagged)
    if facts.seen and facts.tagged and ref and verdict.status in _OPEN:
        verdict = foreseen(verdict, ref, facts.tagged, facts.seen, facts.cooldown, facts.now)
    return unanswered(verdict, facts.asked, facts.tagged["Id"]) if facts.asked and facts.tagged else verdict


def assessed(facts: Facts) -> Assessment:
    """The facts with their judgement."""
    known = (facts.running, facts.earlier)
    return Assessment(facts.container, facts.tagged, judge(facts), *known, gate=facts.gate)


def unknown(container: Json, why: str) -> Assessment:
    """What is said of a container that cannot be judged."""
    return Assessment(container, None, Verdict(Status.UNKNOWN, why, container["Image"]))
