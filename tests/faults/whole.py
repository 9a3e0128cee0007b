"""What is wrong with a container after an update that something befell: nothing, or one line for each."""

from collections.abc import Iterator
from typing import Any

from tests.engine.fidelity.normal import comparable
from tests.faults.world import Subject, World, data_of

Json = dict[str, Any]
# The default bridge is made anew at each start of the engine.
_BRIDGE = "NetworkSettings/Networks/bridge/NetworkID"
_REFERENCE = "ctr-updater.reference"


def complaints(world: World, subject: Subject) -> list[str]:
    """One container of the name, running, on a good image, whole; nothing left over; bystanders untouched."""
    return [*_of_the_container(world, subject), *_of_the_rest(world, subject)]


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
        yield from _unwired(after)
    if after["Image"] not in images:
        yield "it runs an image that it must not run"
    if data_of(after) != subject.data:
        yield f"its data is {data_of(after)}, and was {subject.data}"
    yield from _changed(subject.before, after)


def _unwired(container: Json) -> Iterator[str]:
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
    if reference := labels.pop(_REFERENCE, ""):
        config |= {"Image": reference, "Labels": labels}
    return container | {"Config": config}


def _of_the_rest(world: World, subject: Subject, *, gone: bool = False) -> Iterator[str]:
    for name in world.rows().keys() - {subject.name}:
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
