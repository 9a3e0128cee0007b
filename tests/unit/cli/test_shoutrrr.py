"""Addresses of Shoutrrr become addresses that Apprise itself takes, or none."""

import apprise
import pytest

from watcher.cli.shoutrrr import left_out, translated

# Apprise imports it where it guesses at types of pictures.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

TABLE = [
    ("discord://tok@123", "discord://123/tok"),
    ("slack://hook:T0A-B0B-C0C@webhook", "slack://T0A/B0B/C0C"),
    ("slack://watchtower@T0A1B2C3D/A1B2C3D4E/xyz", "slack://watchtower@T0A1B2C3D/A1B2C3D4E/xyz"),
    (
        "telegram://123456789:abcdefg_hijklmnop@telegram?chats=12,34",
        "tgram://123456789:abcdefg_hijklmnop/12/34",
    ),
    ("gotify://host:80/path/tok?disableTLS=yes", "gotify://host:80/path/tok"),
    ("gotify://host/tok", "gotifys://host/tok"),
    (
        "smtp://me%40x:p%2Fw@mail.x:587/?from=a@x.org&to=b@x.org",
        "mailtos://me%40x:p%2Fw@mail.x:587/?from=a%40x.org&to=b%40x.org",
    ),
    ("smtp://mail.x:25/?fromAddress=a@x.org&toAddresses=b@x.org&encryption=None", None),
    ("pushover://shoutrrr:tok@user/?devices=a,b", "pover://user@tok/a/b"),
    ("ntfy://u:p@host/topic", "ntfys://u:p@host/topic"),
    ("ntfy://host/topic?scheme=http", "ntfy://host/topic"),
    ("mattermost://bot@host/tok/chan", "mmosts://bot@host/tok?channels=chan"),
    ("rocketchat://host/a/b/room", "rockets://a/b@host/room"),
    ("matrix://u:p@host/?rooms=!abc:host", "matrixs://u:p@host/!abc:host"),
    ("googlechat://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T", "gchat://S/K/T"),
    ("generic://host/hook", "https://host/hook"),
    ("generic+http://host/hook?x=y", "http://host/hook?x=y"),
    ("generic://h/hook?token=abc&template=json&method=POST&empty=", "https://h/hook?token=abc&empty="),
    ("generic://h/hook?Token=a%20b%26c&disableTLS=yes&@X-Key=s&$more=1", "http://h/hook?Token=a+b%26c"),
    ("generic://h/hook?titleKey=t&messagekey=m&ContentType=text/plain", "https://h/hook"),
    ("generic://h/hook?_method=a&__template=b&_other=c", "https://h/hook?method=a&template=b&_other=c"),
]


@pytest.mark.parametrize(("theirs", "ours"), TABLE)
def test_an_address_is_one_that_apprise_takes(theirs: str, ours: str | None) -> None:
    found = translated(theirs)

    assert found == (ours or found)
    assert found.startswith("http") or apprise.Apprise.instantiate(found) is not None


@pytest.mark.parametrize(
    "text", ["", "logger://", "zulip://a:b@c", "discord://", "smtp://host", "http://[", "x"]
)
def test_what_has_no_counterpart_is_none(text: str) -> None:
    assert translated(text) == ""


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("generic://h/hook?token=abc&template=json&method=post", []),
        ("generic://h/hook?@X-Key=secret&$more=hush", ["@X-Key", "$more"]),
        ("generic+https://h/hook?method=PUT", ["method"]),
        ("discord://tok@123?@x=y", []),
        ("generic://[", []),
    ],
)
def test_what_our_address_cannot_hold_is_named_without_its_value(address: str, names: list[str]) -> None:
    assert left_out(address) == names
