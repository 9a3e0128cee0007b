"""Rows of the list of containers, as an engine gives them."""

from typing import Any

from watcher.model.labels import ENABLE

IMAGE_ID = f"sha256:{'a' * 64}"


def row(name: str = "web", *, image: str = "web:1", **labels: str) -> dict[str, Any]:
    """A row of a container that opted in; `labels` are further ones of ours, `_` for `-`."""
    spelled = {f"ctr-updater.{key.replace('_', '-')}": value for key, value in labels.items()}
    return {
        "Id": name * 3,
        "Names": [f"/{name}"],
        "Image": image,
        "ImageID": IMAGE_ID,
        "Labels": {ENABLE: "true"} | spelled,
    }
