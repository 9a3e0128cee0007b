"""When an updater counts as alive, and as gone: times that all updaters on one engine must agree on.

The engine carries the signs (`recovery.lease`); an updater that waits for another one, or judges what another
one did, goes by the same times.
"""

BEAT_S = 1.5
"""So often an updater at work gives a sign."""
LEASE_S = 5.0
"""For so long after its last good sign an updater may change something without asking again."""
SILENCE_S = 12.0
"""After so long without a sign an updater is gone, and its work may be taken over."""
