"""What the system trusts is read for who speaks TLS, and verified by; an import reads nothing."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from watcher.cli import imports
from watcher.registry import certificates

STORES = """
import aiohttp.connector
from watcher.registry import certificates
theirs, ours = aiohttp.connector._SSL_CONTEXT_VERIFIED, certificates.context()
print(len(theirs.get_ca_certs()), len(ours.get_ca_certs()))
"""
UNREAD = "from watcher.cli import imports\nwith imports.without_certificates():\n    import aiohttp\n"


def stores(authority: Path, code: str) -> list[int]:
    """How many authorities aiohttp's own context trusts, and ours, where the system trusts one."""
    environ = os.environ | {"SSL_CERT_FILE": str(authority), "SSL_CERT_DIR": str(authority.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code + STORES], env=environ, capture_output=True, text=True, check=True
    )
    return [int(word) for word in done.stdout.split()]


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


def test_an_import_reads_no_certificates_and_a_connection_by_tls_does(authority: Path) -> None:
    assert stores(authority, "") == [1, 1]  # as aiohttp does it
    assert stores(authority, UNREAD) == [0, 1]


def test_a_certificate_and_its_host_are_verified() -> None:
    context = certificates.context()

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context is certificates.context()


@pytest.mark.parametrize("chosen", [None, "/etc/own.pem"])
def test_the_choice_of_the_user_stands_again(monkeypatch: pytest.MonkeyPatch, chosen: str | None) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if chosen:
        monkeypatch.setenv("SSL_CERT_FILE", chosen)

    with pytest.raises(ImportError), imports.without_certificates():
        raise ImportError

    assert os.environ.get("SSL_CERT_FILE") == chosen
