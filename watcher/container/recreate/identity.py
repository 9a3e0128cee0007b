"""Host name and the label by which Compose knows the image: what says who a container is."""

from watcher.container.recreate.payload import section
from watcher.model.json_object import JsonView
from watcher.model.labels import COMPOSE_IMAGE


def user_names(container: JsonView, host_name: str) -> dict[str, str]:
    """Hostname and Domainname where the user gave them, else "".

    The engine fills Hostname with the id's first twelve characters, with the host's name under
    `--network host`, and with the provider's (Domainname, too) under `--network container:`. Sent back,
    it is refused under `--uts host` and `--network container:` (400, "conflicting options").

    Args:
        container: Inspect of the container.
        host_name: `Name` of `GET /info`.
    """
    config, host = container["Config"], container["HostConfig"]
    mode, name = host.get("NetworkMode") or "", config.get("Hostname") or ""
    if mode.startswith("container:"):
        return {"Hostname": "", "Domainname": ""}
    supplied = name == container["Id"][:12] or (mode == "host" and name == host_name)
    if supplied or host.get("UTSMode") == "host":
        name = ""
    return {"Hostname": name, "Domainname": config.get("Domainname") or ""}


def compose_image(
    own: JsonView, container: JsonView, new_image: JsonView, new_manifest: str
) -> dict[str, str]:
    """The label that keeps `docker compose up` from recreating the successor.

    It holds the image's id (Compose 2.40) or, on the containerd store, the digest of the platform's
    manifest (Compose 5): whichever it held before.

    Args:
        own: What of the container's Config is the user's; see `config.user_config`.
        container: Inspect of the container.
        new_image: Inspect of the new image.
        new_manifest: Digest of the new platform manifest, "" where there is none.
    """
    held = section(own, "Labels").get(COMPOSE_IMAGE)
    if held is None:
        return {}
    old_manifest = section(container, "ImageManifestDescriptor").get("digest")
    if new_manifest and held == old_manifest != container["Image"]:
        return {COMPOSE_IMAGE: new_manifest}
    return {COMPOSE_IMAGE: new_image["Id"]}
