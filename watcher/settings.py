"""What users may choose, by label or by environment: one grammar, one place.

A label `ctr-updater.stable-for` and the variable `CTR_UPDATER_STABLE_FOR` are the same setting; the
label speaks for its container, the variable is the default for those without.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, fields, frozen

from watcher.errors import UnreadableSetting

LABEL_PREFIX = "ctr-updater."
ENABLE = f"{LABEL_PREFIX}enable"
_VARIABLE_PREFIX = "CTR_UPDATER_"

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"([0-9]+)(ms|s|m|h|d)")


def duration(text: str) -> float:
    """Read `500ms`, `10s`, `1h30m`, `7d` or `0` into seconds.

    Raises:
        ValueError: It is none of those.
    """
    if text == "0":
        return 0.0
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    return sum(int(number) * _SECONDS[unit] for number, unit in parts)


def boolean(text: str) -> bool:
    """Read `true` or `false`.

    Raises:
        ValueError: It is neither.
    """
    return bool(("false", "true").index(text))


def one_of(*words: str) -> Callable[[str], str]:
    """Make a reader that takes just these words."""
    return lambda text: words[words.index(text)]


def _setting(default: object, read: Callable[[str], object], values: str) -> Any:
    return field(default=default, metadata={"read": read, "values": values})


_DURATION = "a duration such as 500ms, 10s, 2m, 1h30m or 7d"


@frozen
class Policy:
    """The settings that hold for one container; the names are those of the labels.

    Attributes:
        enable: Whether it opted in; only a label says so.
        mode: `update`, or `notify` to say it and not do it.
        source: `registry`, or `local` to follow the local tag only and never ask a registry.
        stop_timeout: Seconds to stop before SIGKILL; None is the container's own time.
        stable_for: Seconds that a successor without a HEALTHCHECK must run.
        health_timeout: Seconds until one with a HEALTHCHECK must be healthy.
        cleanup: Whether the old image is removed once nothing refers to it.
    """

    enable: bool = _setting(False, boolean, "true or false")
    mode: str = _setting("update", one_of("update", "notify"), "update or notify")
    source: str = _setting("registry", one_of("registry", "local"), "registry or local")
    stop_timeout: float | None = _setting(None, duration, _DURATION)
    stable_for: float = _setting(10.0, duration, _DURATION)
    health_timeout: float = _setting(120.0, duration, _DURATION)
    cleanup: bool = _setting(False, boolean, "true or false")

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Policy":
        """Read the defaults.

        Raises:
            UnreadableSetting: A variable's value is not of its grammar.
        """
        spelled = {name: f"{_VARIABLE_PREFIX}{name.upper()}" for name in _names(cls) if name != "enable"}
        return _read(cls(), spelled, environ)

    def with_labels(self, labels: Mapping[str, str] | None) -> "Policy":
        """Let a container's labels speak.

        Raises:
            UnreadableSetting: A label's value is not of its grammar.
        """
        spelled = {name: f"{LABEL_PREFIX}{name.replace('_', '-')}" for name in _names(type(self))}
        return _read(self, spelled, labels or {})


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where what must outlive a restart is kept."""
    if chosen := environ.get("CTR_UPDATER_STATE_DIR"):
        return Path(chosen)
    if os.geteuid() == 0:
        return Path("/var/lib/ctr-updater")
    home = Path(environ.get("HOME") or "/")
    return Path(environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "ctr-updater"


def _names(cls: type[Policy]) -> list[str]:
    return [attribute.name for attribute in fields(cls)]


def _read(policy: Policy, spelled: Mapping[str, str], texts: Mapping[str, str]) -> Policy:
    read = {}
    for name, spelling in spelled.items():
        if spelling not in texts:
            continue
        about = getattr(fields(type(policy)), name).metadata
        try:
            read[name] = about["read"](texts[spelling].strip())
        except ValueError as error:
            raise UnreadableSetting(spelling, texts[spelling], about["values"]) from error
    return evolve(policy, **read)
