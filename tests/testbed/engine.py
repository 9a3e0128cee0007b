"""A Docker engine of one's own: containerd, dockerd, the CLI, a socket, a bridge."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Self

from tests.testbed import api, network, packages
from tests.testbed.errors import BedError
from tests.testbed.processes import Daemon, commanded, kill, kill_all, run, spawn, stop, wait_until
from tests.testbed.workspace import mark, place, require_root, unmount

_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
_TRIES = 2  # to start dockerd: of one that was killed something may be in the way for a moment


class PrivateEngine:
    """One engine; a context manager that starts it, and on leaving takes everything of it down.

    Args:
        version: One of `packages.ENGINES`; "28.5c" and the like mean the containerd image store.
        extra: Keys for daemon.json; `hosts` are added to the unix socket, everything else replaces.

    Attributes:
        version: Without the "c".
        containerd_store: Images are kept by containerd, whose ids are manifest digests.
        directory: `log` in it is dockerd's.
        socket: Of the API.
        host: The same for DOCKER_HOST.
        environ: For programs that are to talk to this engine; this engine's own docker CLI comes first.
    """

    def __init__(self, version: str = "", *, extra: dict[str, Any] | None = None) -> None:
        require_root()
        wanted = version or packages.default_engine()
        self.version = wanted.removesuffix("c")
        self.containerd_store = wanted.endswith("c")
        if self.version not in packages.ENGINES or wanted == "20.10c":
            raise BedError(f"no such engine: {wanted}")
        self._roots = packages.roots(self.version)
        self.directory = place("e")
        self._bridge = network.take(self.directory)
        self._dockerd: Daemon | None = None
        self._containerd: Daemon | None = None
        self._turn = threading.RLock()  # a test and its proxy start and end it from several threads
        self._write_settings(extra or {})
        self._link_programs()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.down()

    @property
    def socket(self) -> Path:
        return self.directory / "docker.sock"

    @property
    def host(self) -> str:
        return f"unix://{self.socket}"

    @property
    def environ(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
        return clean | {
            "DOCKER_HOST": self.host,
            "DOCKER_CONFIG": str(self.directory / "docker-config"),
            "PATH": f"{self.directory / 'bin'}:{os.environ.get('PATH', os.defpath)}",
        }

    @property
    def subnet(self) -> IPv4Network:
        """Return all addresses that the engine may use, for its own bridge and for further networks."""
        return self._bridge.subnet

    @property
    def pid(self) -> int:
        """Return dockerd's process id; 0 while it does not run."""
        return self._dockerd.pid if self._dockerd else 0

    def start(self) -> Self:
        """Start what does not run, or ended by itself, and return when the API answers.

        Raises:
            BedError: dockerd ended, and did so when it was started once more; carries the end of its log.
        """
        with self._turn:
            if _has_ended(self._containerd):
                self._containerd = self._spawn("containerd", "--config", self.directory / "containerd.toml")
                wait_until((self.directory / "containerd.sock").exists, "containerd's socket")
            if not any(self._is_started() for _ in range(_TRIES)):
                log = (self.directory / "log").read_text(errors="replace").splitlines()
                raise BedError("dockerd did not start: " + "\n".join(log[-15:]))
        return self

    def stop(self) -> None:
        """End dockerd by SIGTERM, which stops the containers (unless live-restore is set).

        A client that reads /events delays this by 5 s on 26.1 and 28.5.
        """
        self._end(stop)

    def kill(self) -> None:
        """SIGKILL dockerd; containerd and the containers run on, as on a machine where dockerd crashed."""
        self._end(kill)

    def end_shim(self, cid: str) -> None:
        """SIGKILL what containerd has of a container that does not run: what a killed dockerd left of it."""
        kill_all(commanded(f"containerd-shim.*{cid}"))

    def restart(self) -> None:
        with self._turn:
            self.stop()
            self.start()

    def down(self) -> None:
        """Kill the containers, end the daemons, and remove mounts, bridge and directory."""
        with self._turn:
            if self._dockerd:
                self._kill_containers()
            self.stop()
            if self._containerd:
                stop(self._containerd)
                self._containerd = None
        unmount(self.directory)
        network.release(self.directory)
        shutil.rmtree(self.directory)

    def docker(self, *arguments: object, check: bool = True) -> str:
        """Run this engine's docker CLI and return its standard output without the last newline.

        Raises:
            BedError: It failed, and `check` is true; without `check` its output is returned all the same.
        """
        if check:
            return run("docker", *arguments, env=self.environ).rstrip("\n")
        command = ["docker", *map(str, arguments)]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).rstrip("\n")

    def api(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        """Send one request to the engine; see `api.request`."""
        return api.request(self.socket, method, target, body)

    def _spawn(self, program: str, *arguments: object) -> Daemon:
        log = self.directory / ("log" if program == "dockerd" else f"{program}.log")
        with log.open("ab") as out:
            return spawn(
                [self._find(program), *map(str, arguments)], env=self._daemon_environ(), out=out, err=out
            )

    def _find(self, program: str) -> str:
        found = shutil.which(program, path=self._daemon_environ()["PATH"])
        if found is None:
            raise BedError(f"the packages of {self.version} hold no {program}")
        return found

    def _daemon_environ(self) -> dict[str, str]:
        """The mark by which leftovers are known; no proxy between dockerd and the private registry."""
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith("DOCKER_") and k.lower() not in _PROXIES
        }
        own = [self.directory / "bin", *(self._roots[0] / d for d in ("usr/bin", "usr/sbin"))]
        system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        path = ":".join([*map(str, own), system])
        return clean | packages.library_path(self._roots) | mark() | {"PATH": path}

    def _is_started(self) -> bool:
        """Start dockerd unless it runs; tells whether it answers, else it has ended."""
        if _has_ended(self._dockerd):
            # a killed dockerd leaves it, and its pid may be taken
            (self.directory / "pid").unlink(missing_ok=True)
            self._dockerd = self._spawn("dockerd", "--config-file", self.directory / "daemon.json")
        wait_until(
            lambda: _has_ended(self._dockerd) or api.answers(self.socket), "an answer of dockerd, or its end"
        )
        if _has_ended(self._dockerd):
            self._dockerd = None
        return self._dockerd is not None

    def _end(self, end: Callable[[Daemon], None]) -> None:
        with self._turn:
            if self._dockerd:
                end(self._dockerd)
                self._dockerd = None

    def _kill_containers(self) -> None:
        # a graceful stop would wait for each container that ignores its signal
        with contextlib.suppress(OSError, http.client.HTTPException):
            for container in self.api("GET", "/containers/json")[1]:
                target = f"/containers/{container['Id']}"
                self.api("POST", f"{target}/update", {"RestartPolicy": {"Name": "no"}})
                self.api("POST", f"{target}/kill")

    def _write_settings(self, extra: dict[str, Any]) -> None:
        place, net = self.directory, self._bridge
        settings: dict[str, Any] = {
            "data-root": f"{place}/data",
            "exec-root": f"{place}/exec",
            "pidfile": f"{place}/pid",
            # without it dockerd uses the containerd of the machine, and shares names with its engine
            "containerd": f"{place}/containerd.sock",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],  # systemd's would ask the machine's systemd
            "bridge": net.name,
            "fixed-cidr": str(net.bridge),
            "default-address-pools": [{"base": str(net.pool), "size": 27}],
            "iptables": False,
            "ip6tables": False,
            "shutdown-timeout": 5,
        }
        if self.containerd_store:
            settings["features"] = {"containerd-snapshotter": True}
        settings |= extra
        settings["hosts"] = [self.host, *extra.get("hosts", [])]
        (place / "daemon.json").write_text(json.dumps(settings, indent=1))
        (place / "containerd.toml").write_text(_CONTAINERD.format(place=place))

    def _link_programs(self) -> None:
        programs = self.directory / "bin"
        plugins = self.directory / "docker-config/cli-plugins"
        programs.mkdir()
        plugins.mkdir(parents=True)
        (plugins.parent / "config.json").write_text("{}\n")
        wanted = {"docker": "usr/bin/docker", "runc": "usr/*bin/runc", "docker-init": "usr/bin/tini-static"}
        for name, pattern in wanted.items():
            (programs / name).symlink_to(_first(self._roots, pattern))
        for name in ("docker-compose", "docker-buildx"):
            with contextlib.suppress(BedError):  # not every distribution has them
                (plugins / name).symlink_to(_first(self._roots, f"usr/libexec/docker/cli-plugins/{name}"))


def _has_ended(daemon: Daemon | None) -> bool:
    return daemon is None or daemon.poll() is not None


def _first(roots: list[Path], pattern: str) -> Path:
    for root in roots:
        for found in root.glob(pattern):
            return found
    raise BedError(f"no {pattern} in {', '.join(map(str, roots))}")


# CRI would take a port, and nothing here speaks Kubernetes
_CONTAINERD = """\
version = 2
root = "{place}/containerd/root"
state = "{place}/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "{place}/containerd.sock"
"""
