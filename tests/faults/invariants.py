"""What is wrong with a container after an update that something befell: nothing, or one line for each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.fixture_engine import Subject, World, data_of
from tests.integration.container.fidelity.normal import comparable
from watcher.dependencies.namespaces import TieKind, references

Json = dict[str, Any]
# The default bridge is made anew at each start of the engine.
_BRIDGE = "NetworkSettings/Networks/bridge/NetworkID"
_REFERENCE, _LEFT = "ctr-updater.reference", "ctr-updater.left"


def complaints(world: World, subject: Subject) -> list[str]:
    """One container of the name, running, on a good image, whole; nothing left over; bystanders untouched."""
    return [
        *_of_the_container(world, subject),
        *_of_the_joined(world, subject),
        *_of_the_rest(world, subject),
    ]


def of_the_rest(world: World, subject: Subject) -> list[str]:
    """What is wrong beside the container itself, where the engine's own death took that away."""
    return list(_of_the_rest(world, subject, gone=True))


def _of_the_container(world: World, subject: Subject) -> Iterator[str]:
    if subject.name not in world.rows():
        yield "the container is gone"
        return
    after = world.inspect(subject.name)
    images = {subject.old} if subject.kind.bad else {subject.old, subject.new}
    state = after["State"]
    if not state["Running"] or state.get("Restarting") or state["Paused"]:
        yield f"it is {state['Status']}"
    else:
        yield from unwired(after)
    if after["Image"] not in images:
        yield "it runs an image that it must not run"
    if subject.kind.gate and after["Id"] != subject.before["Id"]:
        yield "it was replaced, with an image that its gate refuses"
    if data_of(after) != subject.data:
        yield f"its data is {data_of(after)}, and was {subject.data}"
    yield from _changed(subject.before, after)


def _of_the_joined(world: World, subject: Subject) -> Iterator[str]:
    """Each runs the image that it ran, and holds on to what has the name now, and runs."""
    before = {subject.name: subject.before} | subject.joined
    rows = world.rows()
    after = {name: world.inspect(name) for name in before if name in rows}
    for name in subject.joined:
        if name not in after:
            yield f"{name} is gone"
        else:
            problems = (*_loose(after[name], after), *_changed(_named(before, name), _named(after, name)))
            yield from (f"{name}: {problem}" for problem in problems)
            if after[name]["Image"] != before[name]["Image"]:
                yield f"{name} runs another image than it ran"


def _loose(container: Json, others: dict[str, Json]) -> Iterator[str]:
    if not container["State"]["Running"]:
        yield f"it is {container['State']['Status']}"
    for kind, text in references(container):
        held = next((each for name, each in others.items() if text in (name, each["Id"])), None)
        if held is None or not held["State"]["Running"]:
            yield f"it {kind} {text}, which is nobody who runs"
        elif kind is TieKind.NETWORK and _network(container) != _network(held):
            yield "it is not in the network that it shares"


def _network(container: Json) -> str:
    return str(Path(f"/proc/{container['State']['Pid']}/ns/net").readlink())


def _named(family: dict[str, Json], name: str) -> Json:
    """An inspect with the names of the others in the place of their ids."""
    text = json.dumps(family[name])
    for other, each in family.items():
        if other != name:
            text = text.replace(each["Id"], other).replace(each["Id"][:12], other)
    named: Json = json.loads(text)
    return named


def unwired(container: Json) -> Iterator[str]:
    """What a running container lacks of its networks and ports."""
    for name, endpoint in container["NetworkSettings"]["Networks"].items():
        asked = (endpoint.get("IPAMConfig") or {}).get("IPv4Address")
        if not endpoint["EndpointID"] or endpoint["IPAddress"] != (asked or endpoint["IPAddress"] or "some"):
            yield f"it is not on the network {name}, or not at its address"
    ports = container["NetworkSettings"]["Ports"] or {}
    for port, asked in (container["HostConfig"]["PortBindings"] or {}).items():
        if asked and [bound["HostPort"] for bound in ports.get(port) or []] != [asked[0]["HostPort"]]:
            yield f"its port {port} is bound to {ports.get(port)}"


def _changed(before: Json, after: Json) -> Iterator[str]:
    was, now = comparable(before), comparable(_with_its_tag(after))
    for path in sorted((was.keys() | now.keys()) - {_BRIDGE}):
        if was.get(path) != now.get(path):
            yield f"{path}: {was.get(path)} became {now.get(path)}"


def _with_its_tag(container: Json) -> Json:
    """One that was made anew is made from the image's id, and its tag is in a label."""
    config = dict(container["Config"])
    labels = dict(config["Labels"] or {})
    labels.pop(_LEFT, "")
    if reference := labels.pop(_REFERENCE, ""):
        config |= {"Image": reference, "Labels": labels}
    return container | {"Config": config}


def _of_the_rest(world: World, subject: Subject, *, gone: bool = False) -> Iterator[str]:
    for name in world.rows().keys() - {subject.name} - subject.joined.keys():
        yield f"left over: {name}"
    volumes = world.volumes_now()
    if stray := volumes - subject.volumes:
        yield f"stray volumes: {sorted(stray)}"
    lost = subject.volumes - volumes
    if lost and not gone:
        yield f"lost volumes: {sorted(lost)}"
    now = world.bystanders()
    for name, (cid, started) in subject.bystanders.items():
        if now[name][0] != cid or now[name][1] != started:
            yield f"the bystander {name} was touched"
