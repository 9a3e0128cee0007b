"""What the commands answer where they were installed, whichever way."""

import json
import os
import re
import subprocess
from pathlib import Path

from watcher import __version__


def check(folder: Path, home: Path) -> None:
    """Hold that both commands are in a folder and answer, and that docker could take one as a plugin.

    Args:
        folder: Where programs are installed.
        home: Empty; HOME.

    Raises:
        AssertionError: They do not.
    """
    plugin = home / "docker-ctrupdater"
    plugin.symlink_to(folder / "ctr-updater")
    assert _said(home, folder / "watcher", "--version") == (0, f"watcher, version {__version__}\n")
    code, out = _said(home, folder / "ctr-updater", "--help")
    assert (code, re.match(r"Usage: ctr-updater \[OPTIONS\] \[NAME\]", out) is not None) == (0, True), out
    assert _said(home, folder / "watcher", "list")[0] == 4  # no engine; all that asks one is there
    assert "_watcher_completion" in _said(home, folder / "watcher", _WATCHER_COMPLETE="fish_source")[1]
    assert json.loads(_said(home, plugin, "docker-cli-plugin-metadata")[1])["Version"] == __version__


def _said(home: Path, *command: object, **env: str) -> tuple[int, str]:
    environ = {"PATH": os.defpath, "HOME": str(home), "DOCKER_HOST": "unix:///nowhere", **env}
    done = subprocess.run(
        [*map(str, command)], env=environ, cwd=home, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout
