"""What a helper is made for, and the words that tell it: it does what its updater judged, and nothing else.

Pure: no I/O.
"""

from collections.abc import Iterator

from watcher.check.judgement import Assessment
from watcher.model.errors import Refused
from watcher.model.json_object import Json
from watcher.model.labels import HELPER_FROM, HELPER_OF, HELPER_TARGET
from watcher.model.values import frozen

ITSELF = "--itself"


@frozen
class Errand:
    """What a helper is made for.

    Attributes:
        name: The name of the container that is to be updated.
        old: The id of that container.
        target: The id of the image that it is to have.
        again: Also where that image failed before, or a person holds the container back from it.
        unattended: Nobody asked for it by hand: only what is approved, where the container's mode wants that.
        cautious: Rather leave it alone than keep values that may be its old image's defaults.
        image: The id of the image that the helper is to have; empty is the updater's own.
        proxy: The container, as inspected, where the engine is reached through it; else None.
    """

    name: str
    old: str
    target: str
    again: bool = False
    unattended: bool = False
    cautious: bool = False
    image: str = ""
    proxy: Json | None = None


def words(errand: Errand, by: str, engine: str, home: str, *, beats: bool = False) -> Iterator[str]:
    """The words of the hidden command by which a helper carries an errand out.

    Args:
        errand: The errand.
        by: Who asked for it.
        engine: What people call its engine; empty where there is one only.
        home: Whose state directory the helper has, too; empty where it shares none. What people approved
            is known there alone, so without it the updater's own look must do.
        beats: Whether the updater's daemon tells there that it follows the engine.
    """
    yield from ("self-update", errand.name, "--by", by, "--target", errand.target)
    if errand.again:
        yield "--again"
    if errand.unattended and home:
        yield "--unattended"
    if errand.cautious:
        yield "--cautious"
    if errand.proxy is None:
        yield ITSELF
        yield from ("--engine", engine) if engine else ()
        yield from ("--beats",) if beats and home else ()
    if home:
        yield from ("--home", home)


def labels_of(errand: Errand, own_image: str) -> dict[str, str]:
    """The labels of a helper: what its errand is, for an updater that comes upon it.

    Args:
        errand: The errand.
        own_image: The id of the image of the container that is to be updated, where it is no proxy.
    """
    before = errand.proxy["Image"] if errand.proxy else own_image
    return {HELPER_OF: errand.old, HELPER_FROM: before, HELPER_TARGET: errand.target}


def image_before(helper: Json) -> str:
    """The id of the image that an inspected helper's errand was to lead away from; empty where nobody knows.

    A helper that the version before made does not say it; the updater's own image is the helper's, too.
    """
    config = helper["Config"]
    own = str(helper["Image"]) if ITSELF in (config.get("Entrypoint") or ()) else ""
    return str((config.get("Labels") or {}).get(HELPER_FROM) or own)


def refuse_another(found: Assessment, target: str) -> None:
    """Refuse an update to another image than the one judged before; `target` is empty where none was.

    Raises:
        Refused: The tag means another image by now.
    """
    if target and found.verdict.target != target:
        raise Refused(
            f"{found.name} is not updated: its tag does not mean the image any more that its updater judged",
            advice="it is looked at anew",
        )
