"""Reproducible tar archives: the common root file system, and docker-archives around an image's config."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from tests.testbed.packages import helpers
from tests.testbed.processes import run

PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"
GROUP = b"root:x:0:\nnogroup:x:65534:\n"


class Entry(NamedTuple):
    """One member: a directory without content and target, a link with a target."""

    name: str
    content: bytes | None = None
    link: str = ""
    mode: int = 0o755


def tar(entries: Iterable[Entry]) -> bytes:
    """Return a tar that depends on the entries alone: no times, no owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in entries:
            member = tarfile.TarInfo(entry.name)
            member.mode = entry.mode
            member.size = len(entry.content or b"")
            member.linkname = entry.link
            member.type = _type(entry)
            archive.addfile(member, io.BytesIO(entry.content or b""))
    return buffer.getvalue()


def files(contents: Mapping[str, str | bytes]) -> list[Entry]:
    """Return entries for files given by path, with the directories above them."""
    parents = {str(part) for path in contents for part in _parents(path)}
    return [Entry(name) for name in sorted(parents)] + [
        Entry(path.lstrip("/"), content.encode() if isinstance(content, str) else content)
        for path, content in sorted(contents.items())
    ]


@cache
def busybox() -> bytes:
    """Return the static busybox for this machine."""
    return next(
        path for path in (helpers() / "bin/busybox", helpers() / "usr/bin/busybox") if path.exists()
    ).read_bytes()


@cache
def rootfs() -> bytes:
    """Return the lowest layer of all images: busybox with all its applets in /bin."""
    applets = _applets()
    return tar(
        [
            *(Entry(name) for name in ("bin", "etc", "root", "var", "www")),
            Entry("tmp", mode=0o1777),
            Entry("bin/busybox", busybox()),
            Entry("etc/passwd", PASSWD, mode=0o644),
            Entry("etc/group", GROUP, mode=0o644),
            *(Entry(f"bin/{name}", link="busybox") for name in applets if name != "busybox"),
        ]
    )


def image_archive(name: str, image: Mapping[str, Any], layers: list[bytes]) -> bytes:
    """Return a docker-archive, as for `docker load`, of one image.

    Args:
        name: With its tag.
        image: The image's JSON (OCI image configuration) without `rootfs`, which follows from `layers`.
        layers: Tars, lowest first.
    """
    diffs = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]
    config = json.dumps({**image, "rootfs": {"type": "layers", "diff_ids": diffs}}, sort_keys=True).encode()
    digest = hashlib.sha256(config).hexdigest()
    paths = [f"{number}/layer.tar" for number in range(len(layers))]
    manifest = [{"Config": f"{digest}.json", "RepoTags": [name], "Layers": paths}]
    contents: dict[str, str | bytes] = {f"{digest}.json": config, "manifest.json": json.dumps(manifest)}
    return tar(files(contents | dict(zip(paths, layers, strict=True))))


def _applets() -> list[str]:
    return run(
        next(p for p in (helpers() / "bin/busybox", helpers() / "usr/bin/busybox") if p.exists()), "--list"
    ).split()


def _type(entry: Entry) -> bytes:
    if entry.link:
        return tarfile.SYMTYPE
    return tarfile.DIRTYPE if entry.content is None else tarfile.REGTYPE


def _parents(path: str) -> list[str]:
    parts = path.strip("/").split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
