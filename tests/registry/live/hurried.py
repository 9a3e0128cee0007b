"""`watcher` or `ctr-updater` with short limits for registries that never answer."""

import sys

from watcher import cli, engine, exercise, registries, stall, wire

stall.ANSWER_LIMIT_S = 3.0
stall.PROGRESS_LIMIT_S = 3.0
vars(registries)["_SAY_AFTER_S"] = 1.0
wire.REQUEST_LIMIT_S = 2.0
engine.DISTRIBUTION_LIMIT = 3.0

if __name__ == "__main__":
    if sys.argv.pop(1) == "watcher":
        cli.main()
    exercise.main()
