"""A host's name, or its address."""

import pytest

from watcher.model.hosts import host_of, is_address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.0.0.2"])
def test_an_address_asks_no_dns(host: str) -> None:
    assert is_address(host)


@pytest.mark.parametrize("host", ["", "localhost", "nas.lan", "127.0.0.1:80", "[::1]", "1.2.3"])
def test_all_else_is_a_name(host: str) -> None:
    assert not is_address(host)


@pytest.mark.parametrize(
    ("place", "host"),
    [
        ("nas.lan", "nas.lan"), ("NAS.lan:8080", "nas.lan"), ("10.0.0.2:80", "10.0.0.2"), ("[::1]:80", "::1"),
        ("reg.example:99999", "reg.example"),
    ],
)  # fmt: skip
def test_a_place_has_a_host_whatever_its_port(place: str, host: str) -> None:
    assert host_of(place) == host


@pytest.mark.parametrize("place", ["", ":80", "[", "a]b", "[x]", "[:::::]:5000", "h\u2100"])
def test_what_is_no_place_has_none(place: str) -> None:
    assert host_of(place) == ""
