# ruff: noqa: INP001 - a script of the release: no package
"""Makes an OCI archive of what `docker save` wrote: `oci.py SAVED ARCHIVE EPOCH`.

The same image makes the same bytes, whenever and wherever it was built: files are sorted, their times are
EPOCH (seconds), and what an engine noted of the build is left out. `docker load` takes it on all engines.
"""

import gzip
import hashlib
import io
import json
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
_FULL = "-full"  # the image with Apprise, which must not take the plain one's name where both are loaded
_MEDIA = "application/vnd.oci.image"
# What of an image's configuration is its own, and not of the engine that built it.
_OWN = ("Env", "Entrypoint", "Cmd", "Labels", "Healthcheck", "User", "WorkingDir", "StopSignal")


class Entry(NamedTuple):
    """A file, folder or link of a layer; what is no file has no data."""

    info: tarfile.TarInfo
    data: bytes


class Image(NamedTuple):
    """An image: its configuration, its layers from the lowest on, and what its tag ends with."""

    config: Json
    layers: list[list[Entry]]
    suffix: str = ""


def read(archive: Path) -> Image:
    """An image as `docker save`, or this script, wrote it."""
    with tarfile.open(archive) as saved:
        (told,) = json.loads(_content(saved, "manifest.json"))
        config = json.loads(_content(saved, told["Config"]))
        suffix = _FULL if told["RepoTags"][0].endswith(_FULL) else ""
        return Image(config, [_entries(_content(saved, name)) for name in told["Layers"]], suffix)


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        sys.exit(f"{name} is no file")
    return file.read()


def _entries(layer: bytes) -> list[Entry]:
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        return [Entry(each, _content(archive, each.name) if each.isreg() else b"") for each in archive]


def layer_bytes(entries: list[Entry], epoch: int) -> bytes:
    """A layer as a tar that depends on names, modes, owners and contents alone."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for entry in sorted(entries, key=lambda each: (each.info.islnk(), each.info.name)):
            info = tarfile.TarInfo(entry.info.name)
            info.type, info.mode, info.linkname = entry.info.type, entry.info.mode, entry.info.linkname
            info.uid, info.gid, info.mtime, info.size = entry.info.uid, entry.info.gid, epoch, len(entry.data)
            archive.addfile(info, io.BytesIO(entry.data))
    return made.getvalue()


def write(image: Image, target: Path, epoch: int) -> None:
    """Write an image as an OCI archive, which older engines take for one of `docker save`, too."""
    tars = [layer_bytes(entries, epoch) for entries in image.layers]
    config = _json(own_config(image.config, [_digest(tar) for tar in tars], epoch))
    layers = [gzip.compress(tar, compresslevel=6, mtime=0) for tar in tars]
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{_MEDIA}.manifest.v1+json",
            "config": _descriptor(config, "config.v1+json"),
            "layers": [_descriptor(layer, "layer.v1.tar+gzip") for layer in layers],
        }
    )
    described = _descriptor(manifest, "manifest.v1+json") | {"platform": _platform(image.config)}
    labels = image.config["config"].get("Labels", {})
    tag = labels.get("org.opencontainers.image.version", "latest") + image.suffix
    described["annotations"] = {"org.opencontainers.image.ref.name": tag}
    index = {"schemaVersion": 2, "mediaType": f"{_MEDIA}.index.v1+json", "manifests": [described]}
    older = {"Config": _blob(config), "RepoTags": [f"ctr-updater:{tag}"], "Layers": [*map(_blob, layers)]}
    files = {_blob(data): data for data in (config, manifest, *layers)}
    files |= {"index.json": _json(index), "oci-layout": _json({"imageLayoutVersion": "1.0.0"})}
    files["manifest.json"] = _json([older])
    entries = [_file(name, data) for name, data in files.items()]
    target.write_bytes(layer_bytes(entries, epoch))


def own_config(config: Json, diff_ids: list[str], epoch: int) -> Json:
    """The configuration of an image without what depends on when and where it was built."""
    moment = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    steps = [{"created": moment, "created_by": "ctr-updater"} for _ in diff_ids]
    own = {key: config["config"][key] for key in _OWN if config["config"].get(key)}
    rootfs = {"type": "layers", "diff_ids": diff_ids}
    return {"created": moment, **_platform(config), "config": own, "rootfs": rootfs, "history": steps}


def _platform(config: Json) -> Json:
    return {key: config[key] for key in ("architecture", "os", "variant") if config.get(key)}


def _file(name: str, data: bytes) -> Entry:
    info = tarfile.TarInfo(name)
    info.mode = 0o644
    return Entry(info, data)


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _blob(data: bytes) -> str:
    return f"blobs/{_digest(data).replace(':', '/')}"


def _descriptor(data: bytes, kind: str) -> Json:
    return {"mediaType": f"{_MEDIA}.{kind}", "digest": _digest(data), "size": len(data)}


if __name__ == "__main__":
    write(read(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3]))
