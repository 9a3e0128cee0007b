"""A service of ours as a Compose file; whatever it holds is a stranger's, and quoted. Pure: no I/O."""

from collections.abc import Iterable, Iterator

from watcher.cli.migration import ComposeService
from watcher.model.quoting import escaped

_HEAD = """\
services:
  ctr-updater:
    image: ctr-updater # built with: docker build -t ctr-updater .
    entrypoint: [watcher]
    command: [{command}]
    restart: {restart}
    stop_grace_period: 5m # an update that is under way is brought to a safe end
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]"""


def written(service: ComposeService) -> str:
    """The file."""
    return "\n".join([*_lines(service)])


def _lines(service: ComposeService) -> Iterator[str]:
    yield f"# Takes the place of the Watchtower {escaped(service.name)}: stop and remove that first."
    yield from (f"# {escaped(note)}" for note in service.notes)
    yield from (f"# Without a counterpart: {escaped(line)}" for line in service.unmet)
    once = service.once
    yield _HEAD.format(command="run, --once" if once else "run", restart='"no"' if once else "unless-stopped")
    if service.network_mode:
        yield f"    network_mode: {quoted(service.network_mode)}"
    yield from _mapping("environment", service.environment.items())
    yield from _mapping("labels", service.labels.items())
    yield from _list("ports", service.ports)
    yield from _list("volumes", (*service.volumes, "ctr-updater-state:/var/lib/ctr-updater"))
    yield from _list("networks", service.networks)
    if not once:
        yield "    healthcheck: {test: [CMD, watcher, healthy], interval: 30s, start_period: 30s}"
    yield "volumes:"
    yield "  ctr-updater-state:"
    yield from (f"  {quoted(each)}: {{external: true}}" for each in _named(service.volumes))
    if service.networks:
        yield "networks:"
        yield from (f"  {quoted(each)}: {{external: true}}" for each in service.networks)


def _mapping(key: str, items: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [f"      {quoted(name)}: {quoted(value)}" for name, value in items]
    yield from ([f"    {key}:", *lines] if lines else [])


def _list(key: str, items: Iterable[str]) -> Iterator[str]:
    lines = [f"      - {quoted(each)}" for each in items]
    yield from ([f"    {key}:", *lines] if lines else [])


def _named(volumes: Iterable[str]) -> list[str]:
    """The volumes among the mounts, by their names."""
    return [name for each in volumes if not (name := each.partition(":")[0]).startswith("/")]


def quoted(text: str) -> str:
    """A string of YAML, in which Compose fills nothing in."""
    return '"' + "".join(map(_written, text.replace("$", "$$"))) + '"'


def _written(character: str) -> str:
    code = ord(character)
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - half of a pair, which no YAML can hold
        return "\\uFFFD"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004
