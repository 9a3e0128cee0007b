"""The image as an archive of a release: the same bytes twice; for arm64 nothing of amd64 is left in it."""

import hashlib
import io
import json
import struct
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.documents import script

oci = script("image", "oci")
elf = script("image", "elf")
cross = script("image", "cross")

EPOCH = 1_700_000_000
AMD64, ARM64 = 62, 183
LIBRARY = "usr/lib/x86_64-linux-gnu/libssl.so.3"


def binary(machine: int, *needed: str) -> bytes:
    """An ELF file that says for which machine it is, and which libraries it needs."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    places = [strings.index(name.encode()) for name in needed]
    at = 64 + 2 * 56
    pairs = [(5, at), *((1, place) for place in places), (0, 0)]
    dynamic = b"".join(struct.pack("<qQ", *pair) for pair in pairs)
    end = at + len(strings)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0
    )
    segments = struct.pack("<IIQQQQQQ", 1, 4, 0, 0, 0, end, end, 1)
    segments += struct.pack("<IIQQQQQQ", 2, 4, end, end, end, len(dynamic), len(dynamic), 8)
    return head + segments + strings + dynamic


def layer(files: dict[str, bytes], *, mtime: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode, info.uname = len(data), mtime, 0o755, "builder"
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def saved(path: Path, *layers: dict[str, bytes], built: int = 1, tag: str = "x:1") -> Path:
    """An archive as `docker save` writes it, of an image that was built at some moment."""
    labels = {"org.opencontainers.image.version": "1.2.3"}
    own = {"Env": ["PATH=/usr/bin"], "Entrypoint": ["/usr/bin/x"], "Labels": labels, "Hostname": f"h{built}"}
    told: dict[str, Any] = {"architecture": "amd64", "os": "linux", "config": own, "created": f"at {built}"}
    told |= {"container": f"c{built}", "docker_version": "28.5"}
    names = [f"{number}/layer.tar" for number, _ in enumerate(layers)]
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": names}]
    files = {"manifest.json": json.dumps(manifest).encode(), "config.json": json.dumps(told).encode()}
    turned = [dict(reversed(each.items())) if built % 2 else each for each in layers]
    files |= {name: layer(each, mtime=built) for name, each in zip(names, turned, strict=True)}
    path.write_bytes(layer(files, mtime=built))
    return path


def written(folder: Path, *layers: dict[str, bytes], built: int = 1) -> bytes:
    oci.write(oci.read(saved(folder / "saved.tar", *layers, built=built)), folder / "oci.tar", EPOCH)
    return (folder / "oci.tar").read_bytes()


def files_of(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        found = {each.name: opened.extractfile(each) for each in opened}
        return {name: file.read() for name, file in found.items() if file}


def test_two_builds_of_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    files = {"usr/bin/x": b"x", "etc/y": b"y"}

    assert written(tmp_path, files, built=1) == written(tmp_path, files, built=2)
    assert written(tmp_path, files) != written(tmp_path, files | {"etc/y": b"z"})


def test_the_archive_is_an_oci_layout_whose_digests_are_those_of_its_blobs(tmp_path: Path) -> None:
    files = files_of(written(tmp_path, {"a": b"1"}, {"b": b"2"}))

    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    for name, data in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"
    (described,) = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(files[f"blobs/{described['digest'].replace(':', '/')}"])
    assert described["platform"] == {"architecture": "amd64", "os": "linux"}
    assert [each["size"] for each in manifest["layers"]] == [
        len(files[f"blobs/{each['digest'].replace(':', '/')}"]) for each in manifest["layers"]
    ]


def test_what_an_image_is_stays_and_what_its_build_was_goes(tmp_path: Path) -> None:
    files = files_of(written(tmp_path, {"a": b"1"}))

    (told,) = json.loads(files["manifest.json"])
    config = json.loads(files[told["Config"]])
    assert set(config["config"]) == {"Env", "Entrypoint", "Labels"}
    assert set(config) == {"architecture", "config", "created", "history", "os", "rootfs"}
    assert (config["created"], told["RepoTags"]) == ("2023-11-14T22:13:20Z", ["ctr-updater:1.2.3"])


def test_both_images_can_be_loaded_beside_one_another(tmp_path: Path) -> None:
    image = oci.read(saved(tmp_path / "saved.tar", {"a": b"1"}, tag="ctr-updater:release-full"))

    for each in (image, cross.crossed(image, {}, {})):
        oci.write(each, tmp_path / "oci.tar", EPOCH)
        files = files_of((tmp_path / "oci.tar").read_bytes())
        (told,), (described,) = (
            json.loads(files["manifest.json"]),
            json.loads(files["index.json"])["manifests"],
        )
        assert told["RepoTags"] == ["ctr-updater:1.2.3-full"]
        assert described["annotations"] == {"org.opencontainers.image.ref.name": "1.2.3-full"}
        image = oci.read(tmp_path / "oci.tar")
        assert image.suffix == "-full"


def test_an_archive_that_was_written_is_read_again(tmp_path: Path) -> None:
    first = written(tmp_path, {"b": b"1", "a": b"2"}, {"c": b"3"})

    oci.write(oci.read(tmp_path / "oci.tar"), tmp_path / "again.tar", EPOCH)

    assert (tmp_path / "again.tar").read_bytes() == first


def test_the_libraries_that_a_binary_needs_are_read() -> None:
    own = Path(sys.executable).resolve().read_bytes()

    assert elf.needed(binary(ARM64, "libc.so.6", "libssl.so.3")) == ["libc.so.6", "libssl.so.3"]
    assert any(name.startswith("libc.so") for name in elf.needed(own))
    assert (elf.machine(binary(ARM64)), elf.is_elf(b"#!/bin/sh"), elf.is_elf(own)) == (ARM64, False, True)


@pytest.fixture
def arm64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root for arm64 with a library, behind a link as Debian's are; it is not stripped."""
    folder = tmp_path / "root" / "usr/lib/aarch64-linux-gnu"
    folder.mkdir(parents=True)
    (folder / "libssl.so.3.5").write_bytes(binary(ARM64))
    (folder / "libssl.so.3").symlink_to("libssl.so.3.5")
    monkeypatch.setattr(cross, "stripped", Path.read_bytes)
    return tmp_path / "root"


def across(tmp_path: Path, files: dict[str, bytes], root: Path) -> Any:
    binaries = cross.binaries_in([root])
    return cross.crossed(oci.read(saved(tmp_path / "saved.tar", files)), binaries, {"libssl3t64": "2"})


def test_for_arm64_each_binary_is_the_one_of_its_name_and_all_else_is_the_same(
    tmp_path: Path, arm64: Path
) -> None:
    listed = b"libssl3t64 1 amd64\ntzdata 1 all\n"
    files = {
        LIBRARY: binary(AMD64),
        "usr/lib/x.pyc": b"x",
        "usr/share/doc/ctr-updater/debian-packages": listed,
    }

    made = across(tmp_path, files, arm64)

    assert {each.info.name: each.data for each in made.layers[0]} == {
        "usr/lib/aarch64-linux-gnu/libssl.so.3": binary(ARM64),
        "usr/lib/x.pyc": b"x",
        "usr/share/doc/ctr-updater/debian-packages": b"libssl3t64 2 arm64\ntzdata 1 all\n",
    }
    assert (made.config["architecture"], made.config["variant"]) == ("arm64", "v8")


def test_what_is_not_there_for_arm64_is_said(tmp_path: Path, arm64: Path) -> None:
    with pytest.raises(SystemExit, match=r"there is no usr/lib/other\.so for arm64"):
        across(tmp_path, {"usr/lib/other.so": binary(AMD64)}, arm64)


def test_a_binary_for_another_machine_is_said(tmp_path: Path, arm64: Path) -> None:
    (arm64 / "usr/lib/aarch64-linux-gnu/libssl.so.3.5").write_bytes(binary(AMD64))

    with pytest.raises(SystemExit, match="is not for arm64"):
        across(tmp_path, {LIBRARY: binary(AMD64)}, arm64)


def test_a_library_that_only_arm64_needs_is_said(tmp_path: Path, arm64: Path) -> None:
    (arm64 / "usr/lib/aarch64-linux-gnu/libssl.so.3.5").write_bytes(binary(ARM64, "libextra.so.1"))

    with pytest.raises(SystemExit, match=r"needed and not there: libextra\.so\.1"):
        across(tmp_path, {LIBRARY: binary(AMD64)}, arm64)
