"""`watcher` with short periods where no setting tells them: nobody would want to pay for these.

Its clock on the wall is ahead by the seconds in the file that TEST_CLOCK names, if that is set.
"""

import os
import time
from pathlib import Path

from watcher.cli.main import main
from watcher.container import downtime
from watcher.daemon import event_watcher
from watcher.engine import transport
from watcher.update import keeping

event_watcher.FULL_LOOK_S = 1.0
keeping.SWEEP_EVERY_S = 1.0
downtime.WAY_BACK_S = 2.0
(transport.Transport.ask.__kwdefaults__ or {})["limit"] = 3.0
if file := os.environ.get("TEST_CLOCK"):
    real, ahead = time.time, Path(file)
    time.time = lambda: real() + float(ahead.read_text())

if __name__ == "__main__":
    main()
