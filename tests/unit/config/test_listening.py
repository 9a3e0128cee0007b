import pytest

from watcher.config.listening import is_loopback, listen, names, public


@pytest.mark.parametrize(
    "text", ["127.0.0.1:8080", "[::1]:8080", "localhost:1", "0.0.0.0:65535", "unix:/run/x"]
)
def test_an_address_is_taken_as_it_is(text: str) -> None:
    assert listen(text) == text


@pytest.mark.parametrize(
    "text", ["8080", ":8080", "::1:8080", "host:0", "host:65536", "host:x", "unix:x", "unix:", "a b:1", "h:٣"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        listen(text)


@pytest.mark.parametrize(
    ("host", "is_it"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("LocalHost", True), ("0.0.0.0", False),  # noqa: S104
     ("::", False), ("192.0.2.1", False), ("localhost.example", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, is_it: bool) -> None:
    assert is_loopback(host) is is_it


def test_lists_are_read() -> None:
    assert names("NAS.lan, updates") == ("nas.lan", "updates")
    assert public("read") == ("read",)


@pytest.mark.parametrize("text", ["http://nas", "nas:80", "", "a,,b"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        names(text)


@pytest.mark.parametrize("text", ["act", "read,act", ""])
def test_only_reading_can_be_public(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        public(text)
