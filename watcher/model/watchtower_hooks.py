"""Watchtower's lifecycle labels, and what they mean as hooks of ours. Pure: no I/O.

Watchtower has a label's text run by a shell in the container, and waits a minute for each; here both have one
limit, the longer one. What its command after an update fails with it only tells, and so it is told here.
"""

import json
from collections.abc import Mapping

from watcher.model.errors import UnreadableSetting
from watcher.model.labels import HOOK_PREFIX

LIFECYCLE = "com.centurylinklabs.watchtower.lifecycle."
_KINDS = ("pre-update", "post-update")
_COMMANDS = {f"{LIFECYCLE}{kind}": f"{HOOK_PREFIX}{kind}" for kind in _KINDS}
_LIMITS = [f"{LIFECYCLE}{kind}-timeout" for kind in _KINDS]
LIMIT, _OPTIONAL = f"{HOOK_PREFIX}timeout", f"{HOOK_PREFIX}post-optional"
NAMES = frozenset({*_COMMANDS, *_LIMITS})
_LEAST, _LONGEST = 1, 7 * 24 * 60  # minutes: what it waits by default, and what never ending comes to here

Labels = Mapping[str, str]


def hooks_of(labels: Labels) -> dict[str, str]:
    """The labels of hooks of ours that a container's lifecycle labels mean and that it has not itself.

    Raises:
        UnreadableSetting: A limit cannot be read.
    """
    found = commands_of(labels)
    if minutes := [_minutes(name, labels[name]) for name in _limits(labels)]:
        found[LIMIT] = f"{max(_LEAST, *minutes)}m"
    return found


def commands_of(labels: Labels) -> dict[str, str]:
    """What is to be run, as labels of ours."""
    found = {
        ours: json.dumps(["sh", "-c", labels[name]])
        for name, ours in _COMMANDS.items()
        if _says(labels, name) and not _says(labels, ours)
    }
    is_optional = f"{HOOK_PREFIX}post-update" in found and not _says(labels, _OPTIONAL)
    return found | ({_OPTIONAL: "true"} if is_optional else {})


def _limits(labels: Labels) -> list[str]:
    """The names of the limits that a container's labels set, where ours does not."""
    return [] if _says(labels, LIMIT) else [name for name in _LIMITS if _says(labels, name)]


def _says(labels: Labels, name: str) -> bool:
    return bool(labels.get(name, "").strip())


def _minutes(name: str, text: str) -> int:
    """Read a limit; none, which is 0, is as long as any is here."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise UnreadableSetting(name, text, "a whole number of minutes, or 0 for no limit")
    return min(int(digits[:9]), _LONGEST) or _LONGEST
