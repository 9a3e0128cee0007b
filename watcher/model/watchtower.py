"""Watchtower's labels, and which of ours each of them means (`--watchtower`). Pure: no I/O.

Those are containrrr's and nickfedor's. Ours speak first, where both are there; a value that cannot be read
starts no update, as with ours.
"""

import re
from collections.abc import Callable, Mapping
from signal import Signals

from watcher.model.errors import UnreadableSetting
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.labels import DEPENDS_ON, ENABLE, LABEL_PREFIX
from watcher.model.listing import Row
from watcher.model.watchtower_hooks import LIMIT, NAMES, commands_of, hooks_of

PREFIX = "com.centurylinklabs.watchtower."
# Its image bears it, with `true`.
IMAGE_LABEL = PREFIX.removesuffix(".")
SCOPE = f"{PREFIX}scope"
STOP_SIGNAL = f"{PREFIX}stop-signal"
# In what an engine says of a container: Watchtower's labels on it count.
COUNTS = "LabelsOfWatchtowerCount"

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "M": 30 * 86400}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w|M)")
_TRUE, _FALSE = {"1", "t", "T", "TRUE", "true", "True"}, {"0", "f", "F", "FALSE", "false", "False"}
_LAST_SIGNAL = 64
# What it writes itself.
_ITS_OWN = {"container-chain", "ephemeral-orchestrator"}

Labels = Mapping[str, str]


def boolean(text: str) -> bool:
    """Read a truth as Go does.

    Raises:
        ValueError: It is none.
    """
    if text not in _TRUE | _FALSE:
        raise ValueError(text)
    return text in _TRUE


def duration(text: str) -> str:
    """Write a duration of its (`24h`, `1.5h`, `3d`, `1w`, `1M`) as one of ours.

    Raises:
        ValueError: It is none.
    """
    if text == "0":
        return text
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    return f"{round(sum(float(number) * _SECONDS[unit] for number, unit in parts) * 1000)}ms"


def names(text: str) -> str:
    """Write names of containers, which may have a slash in front, as ours are written."""
    return ",".join(name for part in text.split(",") if (name := part.strip().removeprefix("/")))


def signal(text: str) -> str:
    """Read a signal, by its name or number.

    Raises:
        ValueError: It is none.
    """
    upper = text.upper()
    if upper.isascii() and upper.isdecimal() and len(upper) < 3 and 0 < int(upper) <= _LAST_SIGNAL:  # noqa: PLR2004
        return upper
    name = upper if upper.startswith("SIG") else f"SIG{upper}"
    if name not in Signals.__members__:
        raise ValueError(text)
    return name


# Of each label ours, how its value is written as one of ours (empty is not said), and what it takes.
_Meaning = tuple[str, Callable[[str], str], str]
_YES_OR_NO = "true or false"
_MEANINGS: dict[str, _Meaning] = {
    f"{PREFIX}enable": (ENABLE, lambda text: str(boolean(text)).lower(), _YES_OR_NO),
    f"{PREFIX}monitor-only": (
        f"{LABEL_PREFIX}mode",
        lambda text: "notify" if boolean(text) else "",
        _YES_OR_NO,
    ),
    f"{PREFIX}no-pull": (f"{LABEL_PREFIX}source", lambda text: "local" if boolean(text) else "", _YES_OR_NO),
    f"{PREFIX}depends-on": (DEPENDS_ON, names, "names of containers, separated by commas"),
    f"{PREFIX}cooldown-delay": (f"{LABEL_PREFIX}cooldown", duration, "a duration such as 24h, 3d or 1w"),
}
COUNTED = frozenset({*_MEANINGS, SCOPE, STOP_SIGNAL, *NAMES})


def meant(labels: Labels) -> dict[str, str]:
    """The labels of ours that a container's of Watchtower's mean and that it has not itself.

    Raises:
        UnreadableSetting: A value cannot be read.
    """
    found = {ours: text for name in _said(labels) for ours, text in _written(name, labels[name])}
    return found | hooks_of(labels)


def shown(labels: Labels) -> dict[str, str]:
    """The same with what cannot be read as it stands: such a container is looked at, and refused by name."""
    found = dict[str, str]()
    for name in _said(labels):
        try:
            found.update(_written(name, labels[name]))
        except UnreadableSetting:
            found[_MEANINGS[name][0]] = f"{labels[name]} ({name})"
    try:
        return found | hooks_of(labels)
    except UnreadableSetting as error:
        return found | commands_of(labels) | {LIMIT: f"{error.value} ({error.name})"}


def settings_of(seen: Json) -> Labels:
    """What a container, as listed or inspected, says of settings: its labels, and what Watchtower's mean.

    Raises:
        UnreadableSetting: A label of Watchtower's that counts cannot be read.
    """
    labels: Labels = Container(seen).labels if "Config" in seen else Row(seen).labels
    if COUNTS not in seen:
        return labels
    signal_of(labels)
    return {**labels, **meant(labels)}


def signal_of(labels: Labels) -> str:
    """The signal that a container is to be stopped with; empty is its own.

    Raises:
        UnreadableSetting: It is none.
    """
    if not (text := labels.get(STOP_SIGNAL, "").strip()):
        return ""
    try:
        return signal(text)
    except ValueError as error:
        raise UnreadableSetting(STOP_SIGNAL, text, "the name or the number of a signal") from error


def scope_of(labels: Labels | None) -> str:
    """The scope that a container is in; `none`, as Watchtower calls it, where it says nothing."""
    return (labels or {}).get(SCOPE, "").strip() or "none"


def without_counterpart(labels: Labels) -> list[str]:
    """The names of a container's labels of Watchtower's that mean nothing here."""
    known = COUNTED | {f"{PREFIX}{name}" for name in _ITS_OWN}
    return sorted(name for name in labels if name.startswith(PREFIX) and name not in known)


def _said(labels: Labels) -> list[str]:
    """Those labels of Watchtower's that say something, where ours does not."""
    return [
        name
        for name, (ours, *_) in _MEANINGS.items()
        if labels.get(name, "").strip() and not labels.get(ours, "").strip()
    ]


def _written(name: str, value: str) -> list[tuple[str, str]]:
    ours, write, values = _MEANINGS[name]
    try:
        text = write(value.strip())
    except ValueError as error:
        raise UnreadableSetting(name, value, values) from error
    return [(ours, text)] if text else []
