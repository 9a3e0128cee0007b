"""`watcher` with short periods where no setting tells them: nobody would want to pay for these."""

from watcher import transport, watch
from watcher.cli import main

watch.FULL_LOOK_S = 1.0
(transport.Transport.ask.__kwdefaults__ or {})["limit"] = 3.0

if __name__ == "__main__":
    main()
