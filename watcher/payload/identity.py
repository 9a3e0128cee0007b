"""Host name, platform and the label by which Compose knows the image: what says who a container is."""

from typing import Any

from watcher.payload.values import Json, section

COMPOSE_IMAGE = "com.docker.compose.image"


def user_names(container: Json, host_name: str) -> dict[str, str]:
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


def platform(container: Json, old_image: Json | None, host_platform: str) -> str:
    """The value of `?platform=`: "os/arch[/variant]" where it is not the host's own, else "".

    Inspect's own `Platform` says only "linux"; the image's says it in full, and its manifest's
    (containerd store, API 1.48) says which of several platforms the container runs.

    Args:
        container: Inspect of the container.
        old_image: Inspect of its image, None where it is gone.
        host_platform: The engine's own ("linux/amd64"), "" where it is not known.
    """
    descriptor = section(section(container, "ImageManifestDescriptor"), "platform")
    image = old_image or {}
    own = _joined(descriptor, "os", "architecture", "variant") or _joined(
        image, "Os", "Architecture", "Variant"
    )
    return "" if not host_platform or not own or _same_platform(own, host_platform) else own


def compose_image(container: Json, new_image: Json, new_manifest: str) -> dict[str, str]:
    """The label that keeps `docker compose up` from recreating the successor.

    It holds the image's id (Compose 2.40) or, on the containerd store, the digest of the platform's
    manifest (Compose 5): whichever it held before.

    Args:
        container: Inspect of the container.
        new_image: Inspect of the new image.
        new_manifest: Digest of the new platform manifest, "" where there is none.
    """
    held = section(container["Config"], "Labels").get(COMPOSE_IMAGE)
    if held is None:
        return {}
    old_manifest = section(container, "ImageManifestDescriptor").get("digest")
    if new_manifest and held == old_manifest != container["Image"]:
        return {COMPOSE_IMAGE: new_manifest}
    return {COMPOSE_IMAGE: new_image["Id"]}


def _joined(value: Json, *keys: str) -> str:
    parts: list[Any] = [value.get(key) for key in keys]
    return "/".join(part for part in parts if part) if all(parts[:2]) else ""


def _same_platform(one: str, other: str) -> bool:
    """Equal, where a variant that is left out does not count."""
    return all(a == b for a, b in zip(one.split("/"), other.split("/"), strict=False))
