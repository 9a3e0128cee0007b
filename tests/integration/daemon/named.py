"""`watcher` where a name means several addresses, as that of a service does inside of Docker.

Private engines have no DNS; HOSTS says it: `name=address,address`.
"""

import os
import socket
from typing import Any

from watcher.cli.main import main

_name, _, _addresses = os.environ["HOSTS"].partition("=")
_asked = socket.getaddrinfo


def _found(host: Any, *arguments: Any, **options: Any) -> list[Any]:
    hosts = _addresses.split(",") if host == _name else [host]
    return [answer for each in hosts for answer in _asked(each, *arguments, **options)]


socket.getaddrinfo = _found

if __name__ == "__main__":
    main()
