# ruff: noqa: INP001 - a script of the release: no package
"""Writes an SBOM (CycloneDX 1.5, JSON) of what is in an image: `contents.py ARCHIVE`, as `oci.py` made it.

Python's packages are told by their metadata in the image, Debian's by the list that `trim.py` wrote there.
"""

import sys
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from oci import Image, read
from sbom import document

_LIST = "usr/share/doc/ctr-updater/debian-packages"

Component = dict[str, Any]


def components(image: Image) -> list[Component]:
    """The packages that are in an image, each once."""
    files = {entry.info.name: entry.data for layer in image.layers for entry in layer}
    metadata = [data for name, data in files.items() if name.endswith(".dist-info/METADATA")]
    listed = files.get(_LIST, b"").decode().splitlines()
    found = [*map(_of_python, metadata), *(_of_debian(*line.split()) for line in listed)]
    return sorted(found, key=lambda each: each["purl"])


def _of_python(metadata: bytes) -> Component:
    told = BytesParser().parsebytes(metadata, headersonly=True)
    name, version = told["Name"], told["Version"]
    return _component(name, version, f"pkg:pypi/{name.lower().replace('_', '-')}@{version}")


def _of_debian(name: str, version: str, machine: str) -> Component:
    purl = f"pkg:deb/debian/{name}@{version.replace(':', '%3A').replace('+', '%2B')}?arch={machine}"
    return _component(name, version, purl)


def _component(name: str, version: str, purl: str) -> Component:
    return {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}


if __name__ == "__main__":
    made = read(Path(sys.argv[1]))
    labels = made.config["config"]["Labels"]
    sys.stdout.write(document(labels["org.opencontainers.image.version"], components(made)) + "\n")
