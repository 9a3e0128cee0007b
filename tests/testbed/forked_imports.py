"""What `tests.testbed.forked` has imported before it forks a command: all that one that updates needs."""

import sqlite3  # noqa: F401

from watcher.cli.imports import lean

with lean():
    import watcher.cli.commands
    import watcher.cli.ctr_updater
    import watcher.cli.main
    import watcher.cli.session  # noqa: F401
