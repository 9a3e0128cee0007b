"""A host's name, or its address."""

import pytest

from watcher.model.hosts import is_address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.0.0.2"])
def test_an_address_asks_no_dns(host: str) -> None:
    assert is_address(host)


@pytest.mark.parametrize("host", ["", "localhost", "nas.lan", "127.0.0.1:80", "[::1]", "1.2.3"])
def test_all_else_is_a_name(host: str) -> None:
    assert not is_address(host)
