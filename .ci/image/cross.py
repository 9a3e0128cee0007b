# ruff: noqa: INP001 - a script of the release: no package
"""Makes the image for arm64 of the one for amd64, and runs nothing: `cross.py AMD64 ARM64 EPOCH FOLDER...`.

AMD64 is an OCI archive that `oci.py` made, ARM64 the one to make. Byte code, the page, certificates and time
zones are the same on both. Each binary is replaced by the one of its name from the FOLDERs: the root of the
same base for arm64, and the unpacked wheels of the same pins. What is missing, is for another machine, or
needs a library that is not there, ends this with a line.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import elf
from oci import Entry, Image, read, write

_WORDS = {"x86_64-linux-gnu": "aarch64-linux-gnu", "lib64/ld-linux-x86-64.so.2": "lib/ld-linux-aarch64.so.1"}
_PACKAGES = "usr/share/doc/ctr-updater/debian-packages"

Binaries = dict[str, list[Path]]


def crossed(image: Image, binaries: Binaries, packages: dict[str, str]) -> Image:
    """The same image for arm64."""
    layers = [[_entry(entry, binaries, packages) for entry in layer] for layer in image.layers]
    made = [entry for layer in layers for entry in layer]
    if lacking := unmet(made):
        sys.exit(f"these libraries are needed and not there: {', '.join(sorted(lacking))}")
    config = {**image.config, "architecture": "arm64", "variant": "v8"}
    return image._replace(config=config, layers=layers)


def _entry(entry: Entry, binaries: Binaries, packages: dict[str, str]) -> Entry:
    info = tarfile.TarInfo(arm_name(entry.info.name))
    info.type, info.mode, info.linkname = entry.info.type, entry.info.mode, arm_name(entry.info.linkname)
    info.uid, info.gid = entry.info.uid, entry.info.gid
    data = entry.data
    if elf.is_elf(data):
        data = counterpart(info.name, binaries)
    elif info.name == _PACKAGES:
        data = _packages(data.decode(), packages).encode()
    return Entry(info, data)


def arm_name(name: str) -> str:
    """A path as it is called on arm64."""
    for word, other in _WORDS.items():
        name = name.replace(word, other)
    return name


def counterpart(name: str, binaries: Binaries) -> bytes:
    """The binary of that name for arm64; of several the one whose path is most alike."""
    found = binaries.get(name.rpartition("/")[2], [])
    if not found:
        sys.exit(f"there is no {name} for arm64")
    data = stripped(max(found, key=lambda path: _alike(str(path), name)))
    if elf.machine(data) != elf.AARCH64:
        sys.exit(f"{name} is not for arm64")
    return data


def _alike(path: str, name: str) -> int:
    """How many of the last letters two paths share."""
    pairs = zip(reversed(path), reversed(name), strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), len(name))


def stripped(path: Path) -> bytes:
    """A binary without its symbols; as it is where there is no `strip` for it."""
    for tool in ("aarch64-linux-gnu-strip", "llvm-strip"):
        with tempfile.NamedTemporaryFile() as target:
            try:
                subprocess.run([tool, "--strip-unneeded", "-o", target.name, path], check=True)  # noqa: S603
            except FileNotFoundError:
                continue
            return Path(target.name).read_bytes()
    sys.stderr.write(f"{path.name} is not stripped: install binutils-aarch64-linux-gnu or llvm\n")
    return path.read_bytes()


def unmet(entries: list[Entry]) -> set[str]:
    """The libraries that binaries need and that are none of theirs."""
    binaries = {entry.info.name: entry.data for entry in entries if elf.is_elf(entry.data)}
    there = {name.rpartition("/")[2] for name in binaries}
    return {library for data in binaries.values() for library in elf.needed(data)} - there


def _packages(listed: str, versions: dict[str, str]) -> str:
    """The list of Debian's packages with the versions that they have for arm64."""
    rows = [line.split() for line in listed.splitlines()]
    return "".join(
        f"{name} {versions.get(name, version)} {'all' if kind == 'all' else 'arm64'}\n"
        for name, version, kind in rows
    )


def binaries_in(folders: list[Path]) -> Binaries:
    """All binaries in folders, by their names and those of the links that lead to them."""
    found: Binaries = {}
    for path, real in (pair for folder in folders for pair in _files(folder)):
        with real.open("rb") as file:
            if elf.is_elf(file.read(6)):
                found.setdefault(path.name, []).append(real)
    return found


def _files(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each file of a root, links followed as they lead within it."""
    for path in sorted(folder.rglob("*")):
        real = path
        while real.is_symlink():
            to = real.readlink()
            real = folder / str(to).lstrip("/") if to.is_absolute() else real.parent / to
        if real.is_file():
            yield path, real


def versions_in(folders: list[Path]) -> dict[str, str]:
    """The versions of Debian's packages, as `debian-root` noted them in a root that it made."""
    lists = [folder / "packages" for folder in folders if (folder / "packages").is_file()]
    return {
        name: version for path in lists for name, version in map(str.split, path.read_text().splitlines())
    }


if __name__ == "__main__":
    amd64, arm64, moment, *roots = sys.argv[1:]
    places = [Path(each) for each in roots]
    write(crossed(read(Path(amd64)), binaries_in(places), versions_in(places)), Path(arm64), int(moment))
