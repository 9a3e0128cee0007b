#!/usr/bin/env python3
"""Writes an SBOM (CycloneDX 1.5, JSON) of pinned requirements: `sbom.py REQUIREMENTS VERSION`.

It depends on its arguments alone, so that the same pins make the same bytes: no time, no serial number.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*(.*?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(text: str) -> list[dict[str, Any]]:
    """What requirements pin, each with the hashes of the files that may be installed."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        if pin := _PIN.match(line):
            name, version, only = pin[1], pin[2], pin[3]
            purl = f"pkg:pypi/{name.lower()}@{version}"
            found.append({"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl})
            if only:
                found[-1]["properties"] = [{"name": "only-if", "value": only}]
        elif found and (digest := _HASH.search(line)):
            found[-1].setdefault("hashes", []).append({"alg": "SHA-256", "content": digest[1]})
    return found


def sbom(text: str, version: str) -> str:
    """The SBOM of this program with what requirements pin."""
    return document(version, components(text))


def document(version: str, parts: list[dict[str, Any]]) -> str:
    """An SBOM of this program with its parts."""
    about = {"type": "application", "name": "ctr-updater", "version": version, "bom-ref": "ctr-updater"}
    depends = {"ref": "ctr-updater", "dependsOn": [each["bom-ref"] for each in parts]}
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": about},
        "components": parts,
        "dependencies": [depends],
    }
    return json.dumps(told, indent=1, sort_keys=True)


if __name__ == "__main__":
    sys.stdout.write(sbom(Path(sys.argv[1]).read_text(), sys.argv[2]) + "\n")
