"""The kinds of containers that are updated, and of images that they are updated to."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from tests.testbed.images import SERVE, Options

_SECOND = 10**9


def _check(command: str, retries: int) -> dict[str, Any]:
    """A HEALTHCHECK that comes to its first result soon, and forgives a slow machine."""
    each = {"Interval": 3 * _SECOND // 10, "Timeout": 30 * _SECOND}
    return {"Test": ["CMD-SHELL", command], "Retries": retries, **each}


@frozen
class Joined:
    """A container that holds on to the one that is updated, or to one that does, by its id.

    Attributes:
        name: How its name ends.
        host: Its HostConfig; `{web}` and the names of those before it stand for theirs.
        removes_itself: It is run with `--rm`.
    """

    name: str
    host: Mapping[str, Any]
    removes_itself: bool = False


@frozen
class Kind:
    """A container and the image that awaits it.

    Attributes:
        name: Names it in the table.
        host: Its HostConfig, beside what the others are given.
        removes_itself: It is run with `--rm`.
        networks: On so many networks of its own, with a static address on each; none is the bridge, with a
            published port.
        both: What its old and its new image have in common.
        new: What is different of the new one; with nothing in it the new image works.
        bad: The new image must never be what it ends on.
        joined: Who must be replaced with it.
        compose: Compose makes it.
        back: It was updated before, and the update that is tried is a rollback to what it ran then.
        hooks: What is run in it around its update, by the end of the label's name.
        gate: What the gate that judges its new image ends with; None is no gate.
        ends: What the command ends with when nothing befalls it.
        stable_for: What the new one must run for, as CTR_UPDATER_STABLE_FOR.
    """

    name: str
    host: Mapping[str, Any] = field(factory=dict)
    removes_itself: bool = False
    networks: int = 0
    both: Options = field(factory=Options)
    new: Options = field(factory=Options)
    bad: bool = False
    joined: tuple[Joined, ...] = ()
    compose: bool = False
    back: bool = False
    hooks: Mapping[str, str] = field(factory=dict)
    gate: int | None = None
    ends: int = field()
    # No good image crashes: a moment is enough. A bad one must have crashed within it on a busy machine, too,
    # and the proof ends when it does.
    stable_for: str = field()

    @ends.default
    def _ends(self) -> int:
        return 6 if self.bad else 0

    @stable_for.default
    def _stable_for(self) -> str:
        return "5s" if self.bad else "100ms"


_ALWAYS = {"RestartPolicy": {"Name": "always"}}
_ON_FAILURE = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}
_CRASH = "echo broken; exit 3"
_NETWORK = {"NetworkMode": "container:{web}"}
_SIDE = Joined("side", _NETWORK)
_DEEP = Joined("deep", {"PidMode": "container:{side}", "IpcMode": "container:{web}"})
_SHAREABLE = {"IpcMode": "shareable"}

KINDS = (
    Kind("plain"),
    Kind("two networks", networks=2),
    Kind("--rm", removes_itself=True),
    Kind("HEALTHCHECK", both={"healthcheck": _check("true", 20)}),
    Kind("--restart always", _ALWAYS),
    Kind("--restart on-failure", _ON_FAILURE, both={"cmd": SERVE.replace("exit 0", "exit 143")}),
    Kind("crashes at once", new={"cmd": _CRASH}, bad=True),
    Kind("crashes soon", new={"cmd": f"sleep 0.3; {_CRASH}"}, bad=True),
    Kind("crashes, always", _ALWAYS, new={"cmd": _CRASH}, bad=True),
    Kind("crashes, --rm", removes_itself=True, new={"cmd": _CRASH}, bad=True),
    Kind("never healthy", new={"cmd": SERVE, "healthcheck": _check("false", 1)}, bad=True),
    Kind("no such command", new={"cmd": ["/no-such-command"]}, bad=True),
    Kind("joined: network", joined=(_SIDE,)),
    Kind("joined: link", joined=(Joined("side", {"Links": ["{web}:db"]}),)),
    Kind("joined: chain, always", _ALWAYS | _SHAREABLE, joined=(_SIDE, _DEEP)),
    Kind("joined: --rm", joined=(Joined("side", _NETWORK, removes_itself=True),)),
    Kind("joined: crashes", _SHAREABLE, joined=(_SIDE, _DEEP), new={"cmd": _CRASH}, bad=True),
    Kind("rollback", back=True),
    Kind("rollback, --rm", removes_itself=True, back=True),
    Kind("rollback, joined", joined=(_SIDE,), back=True),
    Kind("rollback, crashes", new={"cmd": _CRASH}, back=True, bad=True),
    Kind("hooks", hooks={"pre-update": '["true"]', "post-update": '["true"]'}),
    Kind("hooks, --rm", removes_itself=True, hooks={"pre-update": '["true"]', "post-update": '["true"]'}),
    Kind("post hook fails", hooks={"post-update": '["false"]'}, bad=True, stable_for="100ms"),
    Kind("gate", gate=0),
    Kind("gate refuses", gate=1, bad=True, ends=7),
    Kind("compose", compose=True),
    Kind("compose, crashes", compose=True, new={"cmd": _CRASH}, bad=True),
)
# Those that a person comes upon.
MEDDLED = {
    "plain",
    "two networks",
    "--rm",
    "--restart always",
    "crashes at once",
    "crashes, always",
    "compose",
    "compose, crashes",
}
