"""Where the engine listens, and how: as the docker CLI decides it.

`DOCKER_HOST` beats `DOCKER_CONTEXT`, which beats `currentContext` of the CLI's config.json, which
beats the default socket (docker/cli `cli/command/cli.go: resolveContextName`). aiodocker's own
resolution puts the context first, so it is not used. Reads the environment and files; opens no
connection.
"""

import hashlib
import json
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watcher.model.chosen_engine import ChosenEngine
from watcher.model.docker_cli import config_folder
from watcher.model.errors import EngineUnavailable
from watcher.model.values import frozen

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
_ADVICE = "use unix:///path/to/docker.sock or tcp://host:port"
_PORT, _TLS_PORT = 2375, 2376


@frozen
class Endpoint:
    """An engine's address.

    Attributes:
        shown: The address as the user gave it, for messages.
        socket: Path of a unix socket, or empty.
        url: `http(s)://host:port` of a TCP endpoint, or empty.
        tls: The context for an https url.
    """

    shown: str
    socket: str = ""
    url: str = ""
    tls: ssl.SSLContext | None = None


def find(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Find the engine that the docker CLI would talk to.

    Raises:
        EngineUnavailable: The address, the context or its TLS files cannot be used.
    """
    if host := environ.get("DOCKER_HOST"):
        return _at(host, "DOCKER_HOST", _tls_of_environment(environ))
    config = Path(config_folder(environ))
    context = (
        environ.get("DOCKER_CONTEXT") or _read(config / "config.json").get("currentContext") or "default"
    )
    if context == "default":
        return _at(DEFAULT_SOCKET, "default", None)
    return _of_context(str(context), config / "contexts")


def find_chosen(chosen: ChosenEngine, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Find an engine that `--engines` names; TLS is the context's, else that of the environment.

    Raises:
        EngineUnavailable: As `find`.
    """
    source = f"CTR_UPDATER_ENGINES, {chosen.name}"
    if chosen.address:
        is_local = chosen.address.startswith("unix:")
        return _at(chosen.address, source, None if is_local else _tls_of_environment(environ))
    if chosen.name == "default":
        return _at(DEFAULT_SOCKET, source, None)
    return _of_context(chosen.name, Path(config_folder(environ)) / "contexts")


def _of_context(name: str, contexts: Path) -> Endpoint:
    folder = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    meta = contexts / "meta" / folder / "meta.json"
    docker = _object(_object(_read(meta), "Endpoints"), "docker")
    if not isinstance(docker.get("Host"), str):
        raise EngineUnavailable(
            f"cannot find the Docker context {name!r}: {meta} does not describe it",
            advice="list what there is with `docker context ls`, or set DOCKER_HOST",
        )
    certificates = contexts / "tls" / folder / "docker"
    tls = (
        (certificates, not docker.get("SkipTLSVerify"))
        if _is_there(certificates, "let them be read")
        else None
    )
    return _at(docker["Host"], f"the context {name!r}", tls)


def _at(host: str, source: str, tls: tuple[Path, bool] | None) -> Endpoint:
    scheme, _, rest = host.partition("://")
    if scheme == "unix" and rest.startswith("/"):
        return Endpoint(shown=host, socket=rest)
    if scheme == "ssh":
        raise EngineUnavailable(
            f"cannot reach the engine at {host} ({source}): ssh is not spoken here",
            advice="forward the socket with `ssh -L /tmp/docker.sock:/var/run/docker.sock HOST` and use that",
        )
    if scheme in {"tcp", "http", "https"}:
        return _over_tcp(host, source, tls)
    raise _no_address(host, source)


def _over_tcp(host: str, source: str, tls: tuple[Path, bool] | None) -> Endpoint:
    secure = host.startswith("https:") or tls is not None
    try:
        parts = urlsplit(host)
        name, port = parts.hostname, parts.port or (_TLS_PORT if secure else _PORT)
    except ValueError:  # of the whole of it, or of its port
        raise _no_address(host, source) from None
    if not name or parts.path.strip("/"):
        raise _no_address(host, source)
    named = f"[{name}]" if ":" in name else name
    url = f"{'https' if secure else 'http'}://{named}:{port}"
    return Endpoint(shown=host, url=url, tls=_context(*tls) if tls else None)


def _no_address(host: str, source: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"cannot reach the engine at {host!r} ({source}): no such address", advice=_ADVICE
    )


def _tls_of_environment(environ: Mapping[str, str]) -> tuple[Path, bool] | None:
    """Where the certificates are, and whether the engine's is to be verified.

    Any value of DOCKER_TLS_VERIFY but the empty one verifies (docker/cli `cli/flags/options.go`). Without its
    files the docker command refuses, too, whatever the address (20.10 to 28.5).
    """
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None
    folder = Path(environ.get("DOCKER_CERT_PATH") or config_folder(environ))
    wanted = ("ca.pem",) if verify else ("ca.pem", "cert.pem", "key.pem")
    elsewhere = "let them be read, or set DOCKER_CERT_PATH to another folder"
    if not any(_is_there(folder / name, elsewhere) for name in wanted):
        raise EngineUnavailable(
            f"cannot use the TLS certificates in {folder}: there is no {' or '.join(wanted)}",
            advice="set DOCKER_CERT_PATH to the folder that has them, or unset DOCKER_TLS_VERIFY, DOCKER_TLS",
        )
    return folder, verify


def _is_there(path: Path, advice: str) -> bool:
    """Whether certificates stand there, or their folder.

    Raises:
        EngineUnavailable: Nobody lets us look.
    """
    try:
        return path.exists()
    except OSError as error:
        raise EngineUnavailable(f"cannot look for TLS certificates: {error}", advice=advice) from error


def _context(certificates: Path, verify: bool) -> ssl.SSLContext:
    tls = ssl.create_default_context()
    tls.check_hostname = verify
    tls.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    try:
        if verify and (certificates / "ca.pem").exists():
            tls.load_verify_locations(certificates / "ca.pem")
        if (certificates / "cert.pem").exists():
            tls.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    except (OSError, ssl.SSLError) as error:
        raise EngineUnavailable(
            f"cannot use the TLS certificates in {certificates}: {error}",
            advice="ca.pem, cert.pem and key.pem must belong together; see DOCKER_CERT_PATH",
        ) from error
    return tls


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EngineUnavailable(
            f"cannot read {path}: {error}", advice="mend or remove it, or set DOCKER_HOST"
        ) from error
    return content if isinstance(content, dict) else {}


def _object(parent: dict[str, Any], key: str) -> dict[str, Any]:
    found = parent.get(key)
    return found if isinstance(found, dict) else {}
