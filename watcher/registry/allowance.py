"""What a registry tells of its limit: how many questions it takes in a time, and how many are left.

Docker Hub tells it of manifests as `RateLimit-Remaining: 76;w=21600`; others write `X-RateLimit-Remaining`.
Pure: no I/O.
"""

import re
from collections.abc import Mapping

from watcher.model.values import frozen

_VALUE = re.compile(r"\s*([0-9]{1,9})\s*(?:[;,].*?\bw=([0-9]{1,9}).*|[;,].*)?", re.DOTALL)
_PREFIXES = ("ratelimit-", "x-ratelimit-")


@frozen
class Allowance:
    """What was told last.

    Attributes:
        limit: How many questions the registry takes.
        left: How many of them are left.
        window_s: In how many seconds; 0 where it does not say.
        at: Seconds since the epoch, when it was told.
    """

    limit: int
    left: int
    window_s: int
    at: float


def allowance_of(headers: Mapping[str, str], now: float) -> Allowance | None:
    """Read an answer's headers.

    Args:
        headers: By lower-case name.
        now: Seconds since the epoch.

    Returns:
        None where they do not tell both numbers.
    """
    for prefix in _PREFIXES:
        limit, left = (
            _VALUE.fullmatch(headers.get(f"{prefix}{name}", "")) for name in ("limit", "remaining")
        )
        if limit and left:
            return Allowance(int(limit[1]), int(left[1]), int(limit[2] or left[2] or 0), now)
    return None
