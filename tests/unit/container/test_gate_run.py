"""A gate's container: nothing that would give it the host; and what its end says."""

from typing import Any

import pytest
from attrs import evolve

from tests.unit.virtual_time import run
from watcher.config.gate_grammar import Mount
from watcher.config.gates import Gate
from watcher.container.gate_run import body, exposing, said_by, state_at_end
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint
from watcher.model.inspection import State

IMAGE = "docker.io/library/web@sha256:" + "1" * 64
GATE = Gate("signed", "tools@sha256:" + "2" * 64, ("verify", "--of={image}"))


class Late(Engine):
    """An engine that shows one state after another of a gate that has ended."""

    def __init__(self, *states: dict[str, Any]) -> None:
        super().__init__(Endpoint("", socket="/nowhere"))
        self.states = [*states]

    async def container(self, _: str) -> dict[str, Any]:
        return {"State": {"Status": "exited", **self.states.pop(0)}}


def made(**more: Any) -> dict[str, Any]:
    return body(Gate(GATE.name, GATE.image, GATE.command, **more), IMAGE, "mine")


def test_it_has_no_privileges_no_network_and_bounds() -> None:
    host = made()["HostConfig"]

    assert (host["CapDrop"], host["SecurityOpt"]) == (["ALL"], ["no-new-privileges"])
    assert (host["Privileged"], host["ReadonlyRootfs"], host["NetworkMode"]) == (False, True, "none")
    assert (host["Mounts"], host["Tmpfs"]["/tmp"]) == ([], "rw,nosuid,nodev,size=64m")  # noqa: S108
    assert host["Memory"] == host["MemorySwap"] == 512 * 1024**2
    assert host["PidsLimit"] == 256
    assert (host["RestartPolicy"], host["AutoRemove"]) == ({"Name": "no"}, False)


def test_its_end_by_a_stop_is_no_end_of_its_own() -> None:
    """A program that ends well on SIGTERM would have let the image pass as the engine shuts down."""
    assert made()["StopSignal"] == "SIGKILL"


def test_its_command_is_told_the_image() -> None:
    assert made()["Cmd"] == ["verify", f"--of={IMAGE}"]
    assert "Entrypoint" not in made()
    assert made(entrypoint=("/bin/sh",))["Entrypoint"] == ["/bin/sh"]


def test_mounts_are_read_only_unless_it_says_otherwise() -> None:
    mounts = (Mount("/etc/keys", "/keys"), Mount("cache", "/cache", is_writable=True))

    assert made(mounts=mounts)["HostConfig"]["Mounts"] == [
        {"Type": "bind", "Source": "/etc/keys", "Target": "/keys", "ReadOnly": True},
        {"Type": "volume", "Source": "cache", "Target": "/cache", "ReadOnly": False},
    ]


def test_nobody_follows_its_container() -> None:
    assert made()["Labels"] == {"ctr-updater.gate-run": "mine", "ctr-updater.enable": "false"}
    assert made()["Healthcheck"] == {"Test": ["NONE"]}


@pytest.mark.parametrize(
    ("state", "result", "why"),
    [
        ({"ExitCode": 0}, "passed", "the gate signed lets it pass; words"),
        ({"ExitCode": 1}, "refused", "the gate signed refuses it; words"),
        ({"ExitCode": 2}, "unknown", "the gate signed could not say: it ended with exit code 2; words"),
        ({"ExitCode": 137}, "unknown", "the gate signed could not say: it ended with exit code 137; words"),
        ({"ExitCode": 0, "OOMKilled": True}, "unknown", "512 MB were too little for it; words"),
        ({"ExitCode": 1, "OOMKilled": True}, "unknown", "512 MB were too little for it; words"),
        ({"ExitCode": 0, "Status": "created"}, "unknown", "could not say"),
        ({"ExitCode": 0, "Status": "running"}, "unknown", "could not say"),
        ({"ExitCode": 1, "Status": "dead"}, "unknown", "could not say"),
    ],
)
def test_only_an_end_of_its_own_with_0_lets_an_image_pass(
    state: dict[str, Any], result: str, why: str
) -> None:
    said = said_by(GATE, State({"Status": "exited", "OOMKilled": False} | state), "; words")

    assert said.result == result
    assert why in said.why


@pytest.mark.parametrize("source", ["/srv", "/srv/docker", "/srv/docker/api", "/"])
def test_no_mount_leads_to_the_socket_wherever_it_is_on_the_host(source: str) -> None:
    """The updater's own container has it under another name."""
    own = {
        "Mounts": [
            {"Source": "/srv/docker", "Destination": "/run/engine"},
            {"Source": "/keys", "Destination": "/run/engine/keys"},
            {"Source": "/", "Destination": "/host"},
        ]
    }
    mounts = (Mount("cache", "/cache"), Mount("/srv/keys", "/keys"), Mount(source, "/mnt"))

    assert exposing(evolve(GATE, mounts=mounts), own, "/run/engine/api") == source
    assert exposing(evolve(GATE, mounts=mounts[:2]), own, "/run/engine/api") == ""
    assert exposing(evolve(GATE, mounts=mounts), own, "/elsewhere/api") == ""


@pytest.mark.parametrize(
    ("states", "lacked"),
    [
        pytest.param([{"ExitCode": 1}, {"ExitCode": 1, "OOMKilled": True}], True, id="told after its end"),
        pytest.param([{"ExitCode": 1, "OOMKilled": True}], True, id="told with its end"),
        pytest.param([{"ExitCode": 1}, {"ExitCode": 1}], False, id="never"),
        pytest.param([{"ExitCode": 0}], False, id="it lets the image pass"),
    ],
)
def test_a_lack_of_memory_counts_also_where_the_engine_hears_of_it_late(
    states: list[dict[str, Any]], *, lacked: bool
) -> None:
    engine = Late(*states)

    found = run(state_at_end(engine, "gate"))

    assert (found.lacked_memory, engine.states) == (lacked, [])
