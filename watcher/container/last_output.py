"""What a container said last, fit to be told, kept and sent: masked, escaped and cut."""

from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.inspection import Container, config_of
from watcher.model.json_object import Json
from watcher.model.quoting import Mask, escaped

_LINES = 5
_KEPT_LINES = 20
_LONGEST = 400


async def mask_of(engine: Engine, cid: str) -> Mask:
    """The mask that hides the values of a container's environment.

    Raises:
        EngineError: The engine does not tell them.
    """
    container = await engine.container(cid)
    try:
        image = await engine.image(container["Image"])
    except NotFound:
        image = {}
    return Mask(container["Config"].get("Env") or [], config_of(image).get("Env") or [])


async def masked(engine: Engine, cid: str, said: str) -> str:
    """A text of the engine's that may quote a container, masked; empty where nobody knows what to hide."""
    try:
        return (await mask_of(engine, cid))(said)
    except EngineError as error:
        return (
            f"the engine would not start it; why is not told, for its secrets are not known ({error.message})"
        )


async def told(engine: Engine, cid: str, why: str) -> str:
    """What went wrong with a container, on one line with its last words.

    Args:
        engine: Where it is.
        cid: Its id.
        why: What went wrong; what it quotes of the container or the engine is masked already.
    """
    try:
        mask = await mask_of(engine, cid)
    except EngineError:
        return why
    return mask(why) + await last_words(engine, cid, mask)


async def last_words(engine: Engine, cid: str, mask: Mask) -> str:
    """The end of a container's log as a clause to put behind what went wrong; empty where it said nothing."""
    try:
        said = mask(await engine.logs(cid, _LINES))
    except EngineError:
        return ""
    return clause("its last words", said)


async def last_lines(engine: Engine, cid: str) -> tuple[str, ...]:
    """The end of a container's log, to be kept; nothing where it cannot be read, or not be masked."""
    try:
        mask = await mask_of(engine, cid)
        said = mask(await engine.logs(cid, _KEPT_LINES))
    except EngineError:
        return ()
    lines = (escaped(line.rstrip())[-_LONGEST:] for line in said.split("\n"))
    return tuple(filter(None, lines))[-_KEPT_LINES:]


async def last_check(engine: Engine, container: Json) -> str:
    """What an inspected container's last health check said, as a clause likewise."""
    checks = Container(container).state.health.get("Log") or [{}]
    try:
        mask = await mask_of(engine, container["Id"])
    except EngineError:
        return ""
    return clause("its check said", mask(str(checks[-1].get("Output") or "")))


def clause(what: str, said: str) -> str:
    """A container's or a check's words, as a clause behind what went wrong: escaped, cut; empty for none."""
    lines = (" ".join(line.split()) for line in said.split("\n"))
    words = escaped(" | ".join(filter(None, lines)))
    return f"; {what}: {words[-_LONGEST:]}" if words else ""
