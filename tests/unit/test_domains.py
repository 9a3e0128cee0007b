"""A registry's login goes to the registry's own domain, and nowhere else."""

import pytest

from watcher.domains import is_of


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        ("docker.io", "auth.docker.io"),
        ("docker.io", "registry-1.docker.io"),
        ("quay.io", "quay.io"),
        ("ghcr.io", "ghcr.io"),
        ("registry.gitlab.com", "gitlab.com"),
        ("registry.digitalocean.com", "api.digitalocean.com"),
        ("registry.connect.redhat.com", "sso.redhat.com"),
        ("rg.fr-par.scw.cloud", "api.scaleway.com"),
        ("registry.example.co.uk", "auth.example.co.uk"),
        ("registry.example.com:5000", "auth.example.com"),
        ("localhost:5000", "localhost"),
        ("registry", "registry"),
        ("127.0.0.1:5000", "127.0.0.1"),
        ("[::1]:5000", "::1"),
        ("Registry.Example.com", "registry.example.com"),
    ],
)
def test_a_login_goes_to_a_registrys_own_domain(registry: str, host: str) -> None:
    assert is_of(registry, host)


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        ("docker.io", "auth.docker.io.evil.example"),
        ("docker.io", "evildocker.io"),
        ("quay.io", "ghcr.io"),
        ("registry.example.com", "example.org"),
        ("registry.example.com", "com"),
        ("example.co.uk", "evil.co.uk"),
        ("registry.example.com", "api.scaleway.com"),
        ("registry.example.com", ""),
        ("127.0.0.1:5000", "127.0.0.2"),
        ("127.0.0.1:5000", "localhost"),
        ("10.0.0.1", "20.0.0.1"),
        ("registry", "auth"),
        ("registry", "registry.evil.example"),
        ("co.uk", "evil.uk"),
    ],
)
def test_a_login_goes_to_no_stranger(registry: str, host: str) -> None:
    assert not is_of(registry, host)
