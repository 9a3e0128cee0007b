"""How much of the time looks at all containers may take."""

import time
from collections.abc import Callable

SHARE = 0.1
BURST_S = 0.25
LONGEST_REST_S = 0.5


class LookBudget:
    """The seconds that looks may take: a tenth of the time, of which a quarter of a second can be saved up.

    So a few events are each answered at once, and a flood of them leaves the daemon's updates nine tenths of
    the time.

    Args:
        clock: The seconds since whenever.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._saved_s = BURST_S
        self._at = clock()

    def rest_s(self) -> float:
        """The seconds to rest before the next look."""
        self._save()
        return max(-self._saved_s / SHARE, 0.0)

    def spend(self, seconds: float) -> None:
        """Note that a look took so long, and is over; a very long look is not atoned for in full."""
        self._save()
        self._saved_s = max(self._saved_s - seconds, -LONGEST_REST_S * SHARE)

    def _save(self) -> None:
        now = self._clock()
        self._saved_s = min(self._saved_s + (now - self._at) * SHARE, BURST_S)
        self._at = now
