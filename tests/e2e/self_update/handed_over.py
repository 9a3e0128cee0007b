"""An updater whose own update waits, in its helper, until the test lets it go on."""

import json
from pathlib import Path

from tests.e2e.self_update.conftest import STATE, Updater

# The hook is run by the helper, in the old container: it says that it is there, and waits for leave.
_WAITS = f"""
import pathlib, time
folder = pathlib.Path("{STATE}")
(folder / "asked").touch()
while not (folder / "go").exists():
    time.sleep(0.1)
"""
HOOK = json.dumps(["/usr/bin/python3", "-c", _WAITS])
CHECK = {"test": ["CMD", "watcher", "healthy"], "interval": "500ms", "start_period": "60s"}
HOOKS = ("-e", "CTR_UPDATER_HOOKS=true", "--label", f"ctr-updater.hook.pre-update={HOOK}")


class HandedOver:
    """An updater whose update waits in its helper."""

    def __init__(self, updater: Updater) -> None:
        self._updater = updater
        (volume,) = json.loads(updater.stack.engine.docker("volume", "inspect", updater.name))
        self._folder = Path(volume["Mountpoint"])

    def wait(self) -> None:
        """Return once the helper is at it."""
        self._updater.stack.wait((self._folder / "asked").exists, timeout=120)

    def go_on(self) -> None:
        """Let it go on, and wait until it is over."""
        (self._folder / "go").touch()
        self._updater.stack.wait(self._updater.is_new, timeout=120)
