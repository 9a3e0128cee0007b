"""What is shown to a registry: nothing where there is no login, and else the strongest that there is."""

import base64
import json

import pytest

from watcher.registry.login import Login, host_of

CANARY = "c4n4ry"
HUB_SERVER = "https://index.docker.io/v1/"


def test_who_has_nothing_to_show_is_anonymous_whatever_the_trouble() -> None:
    assert Login().anonymous
    assert Login(trouble="t").anonymous
    assert Login().header("ghcr.io") == {}


@pytest.mark.parametrize(
    ("login", "content"),
    [
        (Login("me", "a"), {"username": "me", "password": "a"}),
        (Login("0", identity_token=CANARY), {"identitytoken": CANARY}),
        (Login(registry_token=CANARY, identity_token=CANARY[::-1]), {"registrytoken": CANARY}),
    ],
)
@pytest.mark.parametrize(("domain", "server"), [("docker.io", HUB_SERVER), ("r.io:5000", "r.io:5000")])
def test_the_engine_is_told_the_strongest_login_and_whose_it_is(
    login: Login, content: dict[str, str], domain: str, server: str
) -> None:
    header = login.header(domain)["X-Registry-Auth"]

    assert json.loads(base64.urlsafe_b64decode(header)) == {**content, "serveraddress": server}


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io:5000/v1/", "ghcr.io:5000"),
        (HUB_SERVER, "docker.io"),
        ("registry-1.docker.io", "docker.io"),
    ],
)
def test_an_address_means_its_host_and_all_of_docker_hub_s_mean_it(address: str, host: str) -> None:
    assert host_of(address) == host
