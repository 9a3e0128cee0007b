"""What a command imports is what it needs: imports are most of its time and its memory."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from watcher.cli import imports

LOADED = """
import sys
for name in {forgotten}:
    sys.modules.pop(name, None)
from watcher.cli import imports
with imports.lean():
    {code}
print(*sys.modules)
"""
# What nobody uses who looks, or waits; what measures the coverage may have loaded some of it already.
UNUSED = ("csv", "frozenlist._frozenlist", "importlib.metadata", "sqlite3", "zipfile")
# What besides takes those who look long to import: most of them are read from files of machine code.
SLOW = ("bz2", "http.client", "lzma", "shutil", "tarfile", "tempfile", "urllib.request", "zoneinfo")
LOOKS = "from watcher.cli import looking, session"
UPDATES = "from watcher.cli import commands, session"


def loaded(code: str) -> set[str]:
    """The modules that are loaded once a statement was run where imports are lean."""
    text = LOADED.format(forgotten=(*UNUSED, *SLOW), code=code)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return {*done.stdout.split()}


def below(found: set[str], *packages: str) -> set[str]:
    """Those that are one of the packages, or in one."""
    return {name for name in found for package in packages if f"{name}.".startswith(f"{package}.")}


@pytest.mark.parametrize("code", [LOOKS, UPDATES])
def test_what_of_the_libraries_nobody_uses_is_left_out(code: str) -> None:
    found = loaded(code)

    assert {"aiodocker", "aiohttp", "frozenlist"} <= found
    assert not found.intersection(UNUSED)


def test_a_look_imports_nothing_that_updates_asks_registries_tells_people_or_follows_an_engine() -> None:
    found = loaded(LOOKS)

    assert not below(
        found,
        *(
            f"watcher.{name}"
            for name in ("daemon", "notifications", "recovery", "registry", "swarm", "update")
        ),
    )
    assert not below(found, "cronsim", "difflib", "structlog")
    assert not below(
        found,
        *("watcher.config.gates_file", "watcher.dependencies", "watcher.model.events"),
        *("watcher.store.history", "watcher.store.service_failures"),
    )


def test_a_look_reads_no_archives_and_finds_no_proxies_nor_what_only_some_looks_need() -> None:
    assert not loaded(LOOKS).intersection({*SLOW, "watcher.cli.table"})


USES = """
import os, sys
for name in {forgotten}:
    sys.modules.pop(name, None)
from watcher.cli import imports
with imports.lean():
    import tarfile
    from urllib.request import getproxies
    {within}
os.environ["http_proxy"] = "http://proxy"
print(tarfile.TarFile.__name__, getproxies()["http"])
from urllib.request import getproxies as own
print(sys.modules["tarfile"].TarFile is tarfile.TarFile, own()["http"])
"""


@pytest.mark.parametrize("within", ["", "from urllib.request import getproxies_environment", "tarfile.open"])
def test_what_is_postponed_is_there_once_it_is_used(within: str) -> None:
    text = USES.format(forgotten=SLOW, within=within)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["TarFile http://proxy", "True http://proxy"]


def test_a_command_that_updates_serves_nothing_and_tells_nobody() -> None:
    assert not below(
        loaded(UPDATES), "aiohttp.web", "prometheus_client", "watcher.notifications", "watcher.web"
    )


@pytest.fixture(params=[None, "0"])
def chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str | None]:
    """What the user's environment says of frozenlist's compiled half."""
    monkeypatch.delenv("FROZENLIST_NO_EXTENSIONS", raising=False)
    if request.param is not None:
        monkeypatch.setenv("FROZENLIST_NO_EXTENSIONS", request.param)
    return request.param


def test_afterwards_all_is_as_it_was(chosen: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "importlib.metadata", raising=False)

    with pytest.raises(ImportError), imports.lean():
        raise ImportError

    assert os.environ.get("FROZENLIST_NO_EXTENSIONS") == chosen
    assert "importlib.metadata" not in sys.modules


def test_who_has_read_packages_before_keeps_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    there = object()
    monkeypatch.setitem(sys.modules, "importlib.metadata", there)

    with imports.lean():
        assert sys.modules["importlib.metadata"] is there
    assert sys.modules["importlib.metadata"] is there
