"""For which platform a container's image is pulled. Pure: no I/O."""

from typing import Any

from watcher.model.json_object import JsonView


def platform(container: JsonView, old_image: JsonView | None, host_platform: str) -> str:
    """The value of `?platform=`: "os/arch[/variant]" where it is not the host's own, else "".

    Inspect's own `Platform` says only "linux"; the image's says it in full, and its manifest's
    (containerd store, API 1.48) says which of several platforms the container runs.

    Args:
        container: Inspect of the container.
        old_image: Inspect of its image, None where it is gone.
        host_platform: The engine's own ("linux/amd64"), "" where it is not known.
    """
    descriptor = (container.get("ImageManifestDescriptor") or {}).get("platform") or {}
    image = old_image or {}
    own = _joined(descriptor, "os", "architecture", "variant") or _joined(
        image, "Os", "Architecture", "Variant"
    )
    return "" if not host_platform or not own or _same_platform(own, host_platform) else own


def _joined(value: JsonView, *keys: str) -> str:
    said: list[Any] = [value.get(key) for key in keys]
    parts = [text if isinstance(text, str) else "" for text in said]
    return "/".join(filter(None, parts)) if all(parts[:2]) else ""


def _same_platform(one: str, other: str) -> bool:
    """Whether two platforms are the same, where a variant that one of them leaves out does not count."""
    return all(a == b for a, b in zip(one.split("/"), other.split("/"), strict=False))
