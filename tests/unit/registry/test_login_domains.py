"""A registry's login goes to the registry's own domain, and nowhere else."""

import pytest

from watcher.registry.login_domains import is_of


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
        ("registry.corp.example.com", "login.corp.example.com"),
        ("git.example.com", "example.com"),
        ("myown.azurecr.io", "myown.azurecr.io"),
        ("eu.gcr.io", "eu.gcr.io"),
        ("europe-docker.pkg.dev", "europe-docker.pkg.dev"),
        ("123.dkr.ecr.eu-west-1.amazonaws.com", "123.dkr.ecr.eu-west-1.amazonaws.com"),
        ("public.ecr.aws", "public.ecr.aws"),
        ("registry.cn-hangzhou.aliyuncs.com", "dockerauth.cn-hangzhou.aliyuncs.com"),
        ("my.cn-hangzhou.personal.cr.aliyuncs.com", "dockerauth.cn-hangzhou.aliyuncs.com"),
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
        ("co.uk", "evil.co.uk"),
        ("x.azurecr.io", "y.azurecr.io"),
        ("x.azurecr.io", "azurecr.io"),
        ("azurecr.io", "y.azurecr.io"),
        ("a.github.io", "b.github.io"),
        ("X.GitHub.IO.", "b.github.io"),
        ("a.herokuapp.com", "b.herokuapp.com"),
        ("a.herokuapp.com", "evilherokuapp.com"),
        ("123.dkr.ecr.eu-west-1.amazonaws.com", "456.dkr.ecr.eu-west-1.amazonaws.com"),
        ("123.dkr.ecr.eu-west-1.amazonaws.com", "evil.s3.amazonaws.com"),
        ("mine.jfrog.io", "yours.jfrog.io"),
        ("eu.gcr.io", "evil.gcr.io"),
        ("my.cn-hangzhou.personal.cr.aliyuncs.com", "evil.oss-cn-hangzhou.aliyuncs.com"),
        ("my.cn-hangzhou.personal.cr.aliyuncs.com", "dockerauth.evil.aliyuncs.com.example"),
        ("registry.eu-west.apps.example.com", "example.com"),
        ("registry.eu-west.apps.example.com", "evil.example.com"),
        ("nas.duckdns.org:5000", "evil.duckdns.org"),
        ("registry.10.0.0.5.nip.io", "registry.6.6.6.6.nip.io"),
        ("registry.lan", "evil.lan"),
        ("[:::::]:5000", "evil.example"),
        ("[:::::]:5000", ""),
    ],
)
def test_a_login_goes_to_no_stranger(registry: str, host: str) -> None:
    assert not is_of(registry, host)
