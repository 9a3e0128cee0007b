"""`watcher`, which at SIGUSR1 logs what it holds: open descriptors, tasks of its loop, resident kilobytes."""

import asyncio
import gc
import json
import os
import signal
import sys
from pathlib import Path

from watcher.cli.main import main


def _tell(*_: object) -> None:
    # What the collector of garbage would close is open: it comes when it likes.
    files = len(os.listdir("/proc/self/fd")) - 1  # noqa: PTH208 - without the one that lists them
    gc.collect()
    held = {
        "files": files,
        "tasks": len(asyncio.all_tasks()),
        "resident_kb": int(Path("/proc/self/statm").read_text().split()[1]) * 4,
    }
    sys.stderr.write(json.dumps({"event": "held", **held}) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _tell)
    main()
