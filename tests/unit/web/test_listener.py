import subprocess
import sys

_LOADED = """
import sys
import watcher.cli.commands, watcher.cli.looking, watcher.cli.session, watcher.daemon.controller
import watcher.host.images, watcher.host.publisher
print([name for name in sys.modules if name.startswith(("watcher.web", "aiohttp.web", "prometheus_client"))])
"""


def test_nothing_of_it_is_imported_where_nobody_asks_for_it() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
