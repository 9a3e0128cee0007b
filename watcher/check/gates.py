"""How an image stands with the gate of a container, by what that gate said of it before. Pure: no I/O."""

from collections.abc import Mapping

from watcher.model.json_object import Json
from watcher.model.reference import ImageRef, readable
from watcher.model.values import frozen
from watcher.store.gate_answers import GateAnswer


@frozen
class Standing:
    """How the image that a container is to have stands with the gate.

    Attributes:
        gate: The gate's name.
        target: The image's id.
        answers: What the gate said of each of the image's digests; None where it was not asked.
    """

    gate: str
    target: str
    answers: Mapping[str, GateAnswer | None]

    @property
    def has_passed(self) -> bool:
        """Whether the image may be taken: all of its digests are of the same content, so one is enough."""
        return any(answer and answer.result == "passed" for answer in self.answers.values())

    @property
    def barred(self) -> GateAnswer | None:
        """What keeps the image from being taken; None where nothing does, or the gate has yet to be asked."""
        if not self.answers:
            why = f"the gate {self.gate} cannot judge it: no registry is known to have it under its own name"
            return GateAnswer("refused", f"{why}, so it has no digest there", 0.0)
        if self.has_passed or None in self.answers.values():
            return None
        said = [answer for answer in self.answers.values() if answer]
        return min(said, key=lambda answer: (not answer.until, answer.until))


def judged_by(image: Json, ref: ImageRef) -> list[str]:
    """What a gate is asked about: an inspected image by each of the digests that a repository knows it by.

    Args:
        image: As inspected.
        ref: A reference to that repository.
    """
    known = (found for text in image.get("RepoDigests") or [] if (found := readable(text)))
    return sorted({f"{each.repository}@{each.digest}" for each in known if each.repository == ref.repository})
