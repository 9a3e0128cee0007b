"""Images with a config wholly in the test's hands, loaded or built by the real CLI."""

import platform
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from tests.testbed.archive import busybox, files, image_archive, rootfs, tar
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError

# the shell is process 1: without the trap it would ignore SIGTERM
SERVE = "trap 'exit 0' TERM INT; httpd -f -p ${PORT:-80} -h /www & wait"
CREATED = "2020-01-01T00:00:00Z"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


class Options(TypedDict, total=False):
    """What an image's config says; absent means absent from the config.

    Attributes:
        cmd: A list as it is; a string is given to the shell. Absent: a web server of the marker, which
            listens on port $PORT, else 80, and exits with 0 at once on SIGTERM.
        entrypoint: As `cmd`.
        env: After PATH=/bin.
        labels: Beside `marker`, which holds the marker.
        expose: "80" or "53/udp". Absent: 80.
        healthcheck: A string is a shell command, run each second with two retries; a dict goes as it is.
        config: Merged over all of the above with the engine's own keys (Shell, OnBuild, ArgsEscaped...);
            a None removes the key.
        files: Path to content, in the top layer beside /www/index.html.
        salt: Another id with everything else the same.
        created: Of the image, RFC 3339.
        architecture: As Go calls it; the machine's.
    """

    cmd: list[str] | str
    entrypoint: list[str] | str
    env: list[str]
    labels: Mapping[str, str]
    expose: list[str]
    volumes: list[str]
    workdir: str
    user: str
    stopsignal: str
    healthcheck: str | dict[str, Any]
    config: Mapping[str, Any]
    files: Mapping[str, str | bytes]
    salt: str
    created: str
    architecture: str


def image(engine: PrivateEngine, name: str, *, marker: str = "", **options: Unpack[Options]) -> str:
    """Load an image and return its id, a pure function of the arguments (and of the kind of image store).

    Args:
        engine: Where to.
        name: With or without a tag.
        marker: The text served at /; the name where empty.
        options: See Options.
    """
    marker = marker or name
    top = {"www/index.html": f"{marker}\n", **options.get("files", {})}
    body = image_archive(_tagged(name), _image_json(marker, options), [rootfs(), tar(files(top))])
    status, answer = engine.api("POST", "/images/load?quiet=1", body)
    if status != 200 or "errorDetail" in str(answer):
        raise BedError(f"load of {name}: {status} {answer}")
    return image_id(engine, name)


def build(
    engine: PrivateEngine,
    name: str,
    dockerfile: str,
    *,
    context: Mapping[str, str | bytes] | None = None,
    builder: str = "buildkit",
    network: str = "",
    arguments: tuple[str, ...] = (),
) -> str:
    """Run the real `docker build` and return the image's id.

    Args:
        engine: Whose CLI and builder.
        name: With or without a tag.
        dockerfile: Its text; a static `busybox` is in the context.
        context: Further files of the context, path to content.
        builder: "buildkit" or "classic".
        network: For RUN; "host" reaches what the machine reaches (private bridges have no NAT).
        arguments: Further ones of `docker build`.
    """
    environ = engine.environ | {"DOCKER_BUILDKIT": "0" if builder == "classic" else "1"}
    options = [*(["--network", network] if network else []), *arguments]
    with tempfile.TemporaryDirectory() as directory:
        write_files(Path(directory), {"busybox": busybox(), **(context or {}), "Dockerfile": dockerfile})
        command = ["docker", "build", "-q", "-t", name, *options, directory]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BedError(f"build of {name}: {done.stderr}")
    return image_id(engine, name)


def image_id(engine: PrivateEngine, name: str) -> str:
    """Return what the reference means now."""
    status, answer = engine.api("GET", f"/images/{name}/json")
    if status != 200:
        raise BedError(f"image {name}: {answer}")
    return str(answer["Id"])


def write_files(directory: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write files below `directory`, all of them executable."""
    for name, content in contents.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o755)


def _image_json(marker: str, options: Options) -> dict[str, Any]:
    created = options.get("created", CREATED)
    return {
        "architecture": options.get(
            "architecture", _ARCHITECTURES.get(platform.machine(), platform.machine())
        ),
        "os": "linux",
        "created": created,
        "config": _config(marker, options),
        "history": [{"created": created, "created_by": layer} for layer in ("busybox", "marker")],
    }


def _config(marker: str, options: Options) -> dict[str, Any]:
    labels = {"marker": marker, **options.get("labels", {})}
    if salt := options.get("salt"):
        labels["salt"] = salt
    config: dict[str, Any] = {
        "Cmd": _words(options.get("cmd", SERVE)),
        "Entrypoint": _words(options["entrypoint"]) if "entrypoint" in options else None,
        "Env": ["PATH=/bin", *options.get("env", [])],
        "Labels": labels,
        "ExposedPorts": {
            port if "/" in port else f"{port}/tcp": {} for port in options.get("expose", ["80"])
        },
        "Volumes": {path: {} for path in options.get("volumes", [])},
        "WorkingDir": options.get("workdir"),
        "User": options.get("user"),
        "StopSignal": options.get("stopsignal"),
        "Healthcheck": _healthcheck(options["healthcheck"]) if "healthcheck" in options else None,
    }
    config |= options.get("config", {})
    return {key: value for key, value in config.items() if value not in (None, {})}


def _words(command: list[str] | str) -> list[str]:
    return ["/bin/sh", "-c", command] if isinstance(command, str) else command


def _healthcheck(check: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(check, dict):
        return check
    second = 10**9
    return {"Test": ["CMD-SHELL", check], "Interval": second, "Timeout": 5 * second, "Retries": 2}


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
