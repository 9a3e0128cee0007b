"""The program that runs in a child process: Apprise with one address, and nothing of ours that costs.

It takes a JSON object on standard input and answers with one on standard output. Apprise takes 22 MB, and
0.8 s of CPU for its first address; so it lives for one message, and the daemon never imports it.
"""

import json
import logging
import os
import signal
import sys
from typing import Any

LIMIT_S = 60
_GRACE_S = 5


def main() -> None:
    """Do what standard input says, and answer."""
    signal.alarm(LIMIT_S + _GRACE_S)  # nobody else ends it where the daemon was killed
    asked = json.load(sys.stdin)
    # Apprise asks by requests, which has authorities of its own.
    if authorities := os.environ.get("SSL_CERT_FILE"):
        os.environ.setdefault("REQUESTS_CA_BUNDLE", authorities)
    sys.stdout.write(json.dumps({"why": _sent(asked)}))


def _sent(asked: dict[str, Any]) -> str:
    """Deliver a message, or only see whether the address is one; why that failed, empty where it did not."""
    import apprise  # noqa: PLC0415 - an extra: this module is imported where it is not

    said = _Said()
    logging.getLogger("apprise").addHandler(said)
    sender = apprise.Apprise(asset=apprise.AppriseAsset(app_id="ctr-updater", plugin_paths=[]))
    if not sender.add(asked["url"]):
        return "Apprise cannot use this address"
    if "body" not in asked:
        return ""
    if sender.notify(title=asked["title"], body=asked["body"], body_format=asked["format"]):
        return ""
    return said.last or "Apprise could not deliver it"


class _Said(logging.Handler):
    """Keeps what Apprise said last of what went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()


if __name__ == "__main__":
    main()
