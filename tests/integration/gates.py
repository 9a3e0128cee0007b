"""A gate of our own: it verifies a real signature over the digest of the image, with openssl."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.integration.apps import ENABLED, QUICK, App, published
from tests.testbed import images
from tests.testbed.cli import Commands, Result
from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

# Verifies /signatures/DIGEST.sig, of `repository@digest`, with the public key.
_VERIFY = """
set -u
digest="${1##*:}"
[ -e "/signatures/$digest.sig" ] || { echo "no signature of $1"; exit 1; }
printf %s "$1" | openssl dgst -sha256 -verify /signatures/key.pub -signature "/signatures/$digest.sig"
"""
GATED = (*ENABLED, "--label", "ctr-updater.gate=signed")


@frozen
class Signer:
    """Who signs images, and the gate that verifies that.

    Attributes:
        folder: Where the keys, the signatures and the gates' file are.
        image: The gate's image, by digest.
    """

    folder: Path
    image: str

    @property
    def file(self) -> Path:
        """The gates' file."""
        return self.folder / "gates.toml"

    @property
    def environ(self) -> dict[str, str | None]:
        """What names the gates' file."""
        return {"CTR_UPDATER_GATES_FILE": str(self.file)}

    def define(self, script: str = _VERIFY, *, name: str = "signed", more: str = "", image: str = "") -> None:
        """Write the gates' file with one gate, a shell's script that is given the image."""
        self.file.write_text(
            f"[{name}]\nimage = '{image or self.image}'\n"
            f"command = ['-c', '''{script}''', 'gate', '{{image}}']\nentrypoint = ['/bin/sh']\n"
            f"mounts = ['{self.folder}/signatures:/signatures']\n{more}"
        )

    def sign(self, image: str) -> None:
        """Sign an image, `repository@digest`."""
        target = self.folder / "signatures" / f"{image.rpartition(':')[2]}.sig"
        _openssl("dgst", "-sha256", "-sign", self.folder / "key", "-out", target, stdin=image)


def signer(image: str, folder: Path) -> Signer:
    """Make the keys and the gates' file; `image` is that of the gate, by digest."""
    (folder / "signatures").mkdir(parents=True)
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", folder / "key")
    _openssl("pkey", "-in", folder / "key", "-pubout", "-out", folder / "signatures" / "key.pub")
    made = Signer(folder, image)
    made.define()
    return made


def pushed_gate(engine: PrivateEngine, registry: PrivateRegistry) -> str:
    """Push the image of the gate, which is here as well; by digest."""
    reference = f"{registry.address}/gate:1"
    images.image(engine, reference, files=_program("openssl"), expose=[], healthcheck="false")
    engine.docker("push", reference)
    return digest_of(engine, reference)


def gated(stack: Stack, registry: PrivateRegistry, *options: object, name: str = "web") -> tuple[App, str]:
    """A container with the gate whose tag has moved in its registry; with what the gate judges, pulled."""
    app = published(stack, registry, *GATED, *options, name=name, salt=name)
    stack.engine.docker("pull", app.image)
    return app, digest_of(stack.engine, app.image)


def digest_of(engine: PrivateEngine, reference: str) -> str:
    """A reference's repository, with the digest that it means there."""
    repository = reference.rpartition(":")[0]
    found: dict[str, Any] = engine.api("GET", f"/images/{reference}/json")[1]
    return next(text for text in found["RepoDigests"] if text.startswith(f"{repository}@"))


def gate_runs(stack: Stack) -> list[str]:
    """The containers of gates that there are."""
    return [name for name in stack.containers() if name.startswith("ctr-updater-gate-")]


def _program(name: str) -> dict[str, str | bytes]:
    """A program of this machine, with the libraries that it is linked to."""
    path = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip()
    linked = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    paths = re.findall(r"(/\S+) \(0x", linked)
    found: dict[str, str | bytes] = {f"/bin/{name}": Path(path).read_bytes()}
    return found | {each: Path(each).read_bytes() for each in paths}


def _openssl(*arguments: object, stdin: str = "") -> None:
    command = ["openssl", *map(str, arguments)]
    subprocess.run(command, input=stdin.encode(), capture_output=True, check=True)


class Updater:
    """The commands, with the gates' file."""

    def __init__(self, cli: Commands, signs: Signer) -> None:
        self._cli, self._signs = cli, signs

    def __call__(self, *words: str, **env: str | None) -> Result:
        return self._cli("watcher", *words, env=QUICK | self._signs.environ | env)

    @property
    def state(self) -> Path:
        """The state directory."""
        return self._cli.state

    def update(self, app: App, *flags: str) -> Result:
        return self("update", "--no-pull", *flags, app.name)

    def history(self, app: App) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self("history", "--json", app.name).out)
        return rows

    def waits(self, app: App) -> list[dict[str, Any]]:
        found: dict[str, Any] = json.loads(self("check", "--json", app.name).out)
        waits: list[dict[str, Any]] = found["waits"]
        return waits
