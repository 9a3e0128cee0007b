"""Indexes of two platforms, put together by hand in a real registry."""

import contextlib
import hashlib
import http.client
import json
from typing import Any

from tests.testbed.badregistry import INDEX, MANIFEST
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_OTHER = {"os": "linux", "architecture": "s390x"}


class Shelf:
    """One repository of a real registry.

    Args:
        registry: Whose.
        name: The repository's.
    """

    def __init__(self, registry: PrivateRegistry, name: str) -> None:
        self._address = registry.address
        self._name = name

    def index(self, *rows: dict[str, Any]) -> str:
        """Have the tag `1` mean an index of these, and return its digest."""
        content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}
        return str(self._manifest("1", content, INDEX)["digest"])

    def ours(self, stack: Stack, marker: str) -> dict[str, Any]:
        """Push an image of the engine's platform, and return its row of an index."""
        reference = f"{self._address}/{self._name}:{marker}"
        stack.image(reference, marker=marker)
        stack.engine.docker("push", reference)
        stack.engine.docker("rmi", reference)
        headers, body = self._ask("GET", f"manifests/{marker}", accept=f"{DOCKER_MANIFEST}, {MANIFEST}")
        platform = {"os": "linux", "architecture": stack.engine.api("GET", "/version")[1]["Arch"]}
        return _row(headers["Content-Type"], body) | {"platform": platform}

    def other(self, marker: str) -> dict[str, Any]:
        """Put an image of another platform there, and return its row of an index."""
        config = _OTHER | {
            "config": {"Labels": {"marker": marker}},
            "rootfs": {"type": "layers", "diff_ids": []},
        }
        described = self._blob(json.dumps(config).encode())
        content = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": []}
        return self._manifest(f"other-{marker}", content, MANIFEST) | {"platform": _OTHER}

    def _manifest(self, tag: str, content: Any, kind: str) -> dict[str, Any]:
        body = json.dumps(content).encode()
        self._ask("PUT", f"manifests/{tag}", body, kind=kind)
        return _row(kind, body)

    def _blob(self, body: bytes) -> dict[str, Any]:
        row = _row(_CONFIG, body)
        begun, _ = self._ask("POST", "blobs/uploads/")
        where = begun["Location"].partition(f"/{self._name}/")[2]
        self._ask("PUT", f"{where}&digest={row['digest']}", body, kind="application/octet-stream")
        return row

    def _ask(
        self, method: str, path: str, body: bytes = b"", *, kind: str = "", accept: str = ""
    ) -> tuple[http.client.HTTPMessage, bytes]:
        headers = {name: value for name, value in (("Content-Type", kind), ("Accept", accept)) if value}
        with contextlib.closing(http.client.HTTPConnection(self._address)) as connection:
            connection.request(method, f"/v2/{self._name}/{path}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return answer.headers, content


def _row(kind: str, body: bytes) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    return {"mediaType": kind, "digest": digest, "size": len(body)}
