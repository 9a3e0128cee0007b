"""Addresses are read with mercy, and shown by scheme and host alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from watcher.notifications.addresses import Address, Book, read, secrets, shown

DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"


def given(text: str) -> Book:
    return read({"CTR_UPDATER_NOTIFY": text})


def test_white_space_around_and_between_is_forgiven() -> None:
    book = given(f"\n  https://ntfy.sh/one \t{DISCORD}\r\n\n")

    assert [address.url for address in book.addresses] == ["https://ntfy.sh/one", DISCORD]
    assert book.bad == ()


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_is_no_address(text: str) -> None:
    assert given(text) == Book()


def test_an_address_that_is_given_twice_is_told_once() -> None:
    assert len(given("https://a.example/x https://a.example/x").addresses) == 1


def test_a_file_and_a_variable_are_both_read(tmp_path: Path) -> None:
    path = tmp_path / "addresses"
    path.write_bytes(b"\xef\xbb\xbfhttps://b.example/x\r\n\r\n https://c.example/y \n")

    book = read({"CTR_UPDATER_NOTIFY": "https://a.example/", "CTR_UPDATER_NOTIFY_FILE": f" {path}\n"})

    assert [address.shown for address in book.addresses] == [
        "https://a.example",
        "https://b.example",
        "https://c.example",
    ]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.with_name("other"), "No such file or directory"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "it is no text"),
        (lambda path: path.write_bytes(b"x" * ((1 << 20) + 1)), "it is longer than 1 MiB"),
    ],
    ids=["missing", "folder", "no text", "long"],
)
def test_a_file_that_cannot_be_read_is_one_line_and_spoils_no_other(
    tmp_path: Path, make: Callable[[Path], object], why: str
) -> None:
    path = tmp_path / "addresses"
    make(path)

    book = read({"CTR_UPDATER_NOTIFY": "https://a.example/", "CTR_UPDATER_NOTIFY_FILE": str(path)})

    assert len(book.addresses) == 1
    (line,) = book.bad
    assert line.startswith(f"CTR_UPDATER_NOTIFY_FILE: cannot read {path}: {why} - ")


@pytest.mark.parametrize(
    "bad",
    [
        "garbage",
        "secret@host",
        "://secret",
        "https://",
        "https:///secret",
        "https://host:secret/",
        "https://host:99999/secret",
        "https://[::1/secret",
        "https://ho\N{ZERO WIDTH SPACE}st/secret",
        "https://ho$t/secret",
        "mailto:secret@host",
    ],
)
def test_of_two_addresses_of_which_one_is_bad_the_other_is_used_and_no_secret_is_said(bad: str) -> None:
    book = given(f"{bad} https://good.example/hook")

    assert [address.shown for address in book.addresses] == ["https://good.example"]
    (line,) = book.bad
    assert line.startswith("CTR_UPDATER_NOTIFY: address 1 (")
    assert "secret" not in line.removeprefix("CTR_UPDATER_NOTIFY")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:word@hooks.example:8443/T0/B0?token=x", "https://hooks.example:8443"),
        ("http://[::1]:80/x", "http://[::1]:80"),
        ("HTTPS://Example.COM/x", "https://example.com"),
        ("mailto://me:word@gmail.com", "mailto://gmail.com"),
        (
            "mailtos://smtp.example.com:587?user=me&pass=word&to=you@example.com",
            "mailtos://smtp.example.com:587",
        ),
        ("jsons://u:p@host.example/x", "jsons://host.example"),
        (DISCORD, "discord://***"),
        ("tgram://123456789:AABBCC/12315544/", "tgram://***"),
        ("sendgrid://SG.abc.def:me@example.com/", "sendgrid://***"),
        ("ntfy://my-secret-topic", "ntfy://***"),
        ("https://user:12/34@hooks.example/x", "https://***"),
        ("https://user:12#34@hooks.example/x", "https://***"),
        ("https://user:12?34@hooks.example/x", "https://***"),
    ],
)
def test_only_scheme_and_host_are_shown_and_no_host_that_may_be_a_token(url: str, expected: str) -> None:
    assert shown(url) == expected
    assert url not in repr(Address(url, shown(url)))


def test_user_and_password_are_sent_as_basic_and_not_in_the_url() -> None:
    address = Address("https://user:p%40ss%3Aw@host.example:8443/hook?x=1#frag", "")

    assert address.target == "https://host.example:8443/hook?x=1"
    assert address.authorization == "Basic dXNlcjpwQHNzOnc="
    assert Address("https://host.example/", "").authorization == ""


def test_http_is_ours_and_every_other_scheme_apprises() -> None:
    addresses = given(f"HTTP://a.example/ https://b.example/ json://c.example/ {DISCORD}").addresses

    assert [address.is_ours for address in addresses] == [True, True, False, False]
    assert [address.service for address in addresses] == ["http", "https", "json", "discord"]


def test_the_outbox_knows_an_address_by_what_tells_nothing_of_it() -> None:
    one, other = given("https://a.example/x https://a.example/y").addresses

    assert one.key != other.key
    assert len(one.key) == 16


def test_every_part_but_scheme_and_host_is_a_secret() -> None:
    found = set(secrets("mailto://me%40x:word@gmail.com?pass=other&to=you"))

    assert {"me%40x", "me@x", "word", "other", "you"} <= found
    assert "gmail.com" not in found
