"""`watcher` or `ctr-updater` with short limits for registries that never answer."""

import sys

from watcher import cli, engine, exercise, registries, wire

registries.ANSWER_LIMIT = 3.0
wire.REQUEST_LIMIT_S = 2.0
vars(engine)["CHANGE_LIMIT"] = 3.0  # imported there, and so not exported

if __name__ == "__main__":
    if sys.argv.pop(1) == "watcher":
        cli.main()
    exercise.main()
