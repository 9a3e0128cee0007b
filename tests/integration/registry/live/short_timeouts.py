"""`watcher` or `ctr-updater` with short limits for registries that never answer."""

import sys

from watcher.cli import ctr_updater, main
from watcher.engine import client
from watcher.host import images
from watcher.registry import http_client, stalled_pull

stalled_pull.ANSWER_LIMIT_S = 3.0
stalled_pull.PROGRESS_LIMIT_S = 3.0
vars(images)["_SAY_AFTER_S"] = 1.0
http_client.REQUEST_LIMIT_S = 2.0
client.DISTRIBUTION_LIMIT = 3.0

if __name__ == "__main__":
    if sys.argv.pop(1) == "watcher":
        main.main()
    ctr_updater.main()
