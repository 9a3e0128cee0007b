"""Addresses of Shoutrrr, which Watchtower sends messages to, as Apprise's or as ours. Pure: no I/O."""

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

_Query = Mapping[str, str]
_NO = {"no", "false", "0"}
_YES = {"yes", "true", "1"}
# Of the queries of `generic`: what it is told itself, and how headers and further fields of its JSON begin.
_OWN_KEYS = {"contenttype", "disabletls", "template", "method", "titlekey", "messagekey"}
_BESIDE = ("@", "$")


def translated(address: str) -> str:
    """The same place to tell, as this program takes it; empty where there is no counterpart."""
    try:
        url = urlsplit(address.strip())
        query = {name.lower(): value for name, value in parse_qsl(url.query)}
        if url.scheme.startswith("generic"):
            return _generic(url, query)
        translate = _SERVICES.get(url.scheme)
        return translate(url, query) if translate else ""
    except ValueError:  # of an address that is none
        return ""


def _parts(url: SplitResult) -> list[str]:
    return [part for part in url.path.split("/") if part]


def _login(url: SplitResult) -> str:
    """User and password as they are written, with the sign behind them; empty where there is neither."""
    return f"{url.netloc.rpartition('@')[0]}@" if "@" in url.netloc else ""


def _place(url: SplitResult) -> str:
    return url.netloc.rpartition("@")[2]


def _joined(scheme: str, *parts: str) -> str:
    return f"{scheme}://{'/'.join(parts)}" if all(parts) else ""


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _discord(url: SplitResult, _: _Query) -> str:
    return _joined("discord", _place(url), url.username or "")


def _slack(url: SplitResult, _: _Query) -> str:
    token = f"{url.username or ''}:{url.password}" if url.password else ""
    if token.startswith("hook:"):
        return _joined("slack", *token.removeprefix("hook:").split("-", 2))
    if token.startswith(("xoxb:", "xoxp:")):
        return _joined("slack", token.replace(":", "-", 1), f"#{_place(url)}".replace("#", "%23"))
    return _joined("slack", f"{_login(url)}{_place(url)}", *_parts(url)) if len(_parts(url)) > 1 else ""


def _telegram(url: SplitResult, query: _Query) -> str:
    chats = _list(query.get("chats", query.get("channels", "")))
    return _joined("tgram", _login(url).removesuffix("@"), *chats) if chats else ""


def _gotify(url: SplitResult, query: _Query) -> str:
    scheme = "gotify" if query.get("disabletls", "").lower() in _YES else "gotifys"
    return _joined(scheme, _place(url), *_parts(url)) if _parts(url) else ""


def _smtp(url: SplitResult, query: _Query) -> str:
    sender, receivers = (
        query.get("fromaddress", query.get("from", "")),
        query.get("toaddresses", query.get("to")),
    )
    if not receivers or not sender:
        return ""
    encryption = query.get("encryption", "auto").lower()
    is_plain = encryption == "none" or query.get("usestarttls", "").lower() in _NO
    scheme, mode = (
        ("mailto", "") if is_plain else ("mailtos", "&mode=ssl" if encryption == "implicittls" else "")
    )
    return f"{scheme}://{_login(url)}{_place(url)}/?from={quote(sender)}&to={quote(receivers)}{mode}"


def _pushover(url: SplitResult, query: _Query) -> str:
    token = url.password or ""
    return _joined("pover", f"{_place(url)}@{token}", *_list(query.get("devices", ""))) if token else ""


def _pushbullet(url: SplitResult, _: _Query) -> str:
    return _joined("pbul", _place(url), *_parts(url))


def _ntfy(url: SplitResult, query: _Query) -> str:
    scheme = "ntfy" if query.get("scheme", "").lower() == "http" else "ntfys"
    return _joined(scheme, f"{_login(url)}{_place(url)}", *_parts(url)) if _parts(url) else ""


def _matrix(url: SplitResult, query: _Query) -> str:
    rooms = [
        quote(room if room[0] in "#!" else f"#{room}", safe="!:") for room in _list(query.get("rooms", ""))
    ]
    scheme = "matrix" if query.get("disabletls", "").lower() in _YES else "matrixs"
    return _joined(scheme, f"{_login(url)}{_place(url)}", *rooms) if rooms else ""


def _mattermost(url: SplitResult, query: _Query) -> str:
    scheme = "mmost" if query.get("disabletls", "").lower() in _YES else "mmosts"
    token, *channel = _parts(url) or [""]
    channels = f"?channels={quote(channel[0])}" if channel else ""
    return f"{scheme}://{_login(url)}{_place(url)}/{token}{channels}" if token else ""


def _rocketchat(url: SplitResult, _: _Query) -> str:
    parts = _parts(url)
    if len(parts) < 2:  # noqa: PLR2004 - both halves of a token
        return ""
    rooms = [quote(f"#{url.fragment}")] if url.fragment else []
    token = f"{parts[0]}/{parts[1]}"
    return _joined("rockets", f"{token}@{_place(url)}", *rooms, *parts[2:])


def _teams(url: SplitResult, query: _Query) -> str:
    team = query.get("host", "").partition(".")[0]
    return _joined("msteams", team, f"{_login(url)}{_place(url)}", *_parts(url)) if team else ""


def _googlechat(url: SplitResult, query: _Query) -> str:
    parts = _parts(url)
    space = parts[parts.index("spaces") + 1] if "spaces" in parts[:-1] else ""
    return _joined("gchat", space, query.get("key", ""), query.get("token", ""))


def _bark(url: SplitResult, _: _Query) -> str:
    return _joined("barks", _place(url), url.password or url.username or "")


def _opsgenie(url: SplitResult, _: _Query) -> str:
    return _joined("opsgenie", *_parts(url)[:1]) if _parts(url) else ""


def _generic(url: SplitResult, query: _Query) -> str:
    """Our JSON is posted there, which is another than Watchtower's; a query that is not Shoutrrr's stays."""
    scheme = url.scheme.partition("+")[2]
    if not scheme:
        scheme = "http" if query.get("disabletls", "").lower() in _YES else "https"
    if scheme not in {"http", "https"} or not url.netloc:
        return ""
    passed_on = urlencode([each for each in map(_passed_on, _pairs(url)) if each])
    return f"{scheme}://{url.netloc}{url.path}{passed_on and '?'}{passed_on}"


def _pairs(url: SplitResult) -> list[tuple[str, str]]:
    return parse_qsl(url.query, keep_blank_values=True)


def _passed_on(pair: tuple[str, str]) -> tuple[str, str] | None:
    """What of a query is passed on; underscores before one of its own keys only say that this is meant."""
    name, value = pair
    bare = name.lstrip("_")
    if bare != name and bare.lower() in _OWN_KEYS:
        return bare, value
    return None if name.lower() in _OWN_KEYS or name.startswith(_BESIDE) else pair


def left_out(address: str) -> list[str]:
    """The names of what our address cannot hold: headers, further fields of the JSON, a method but POST."""
    try:
        url = urlsplit(address.strip())
    except ValueError:
        return []
    if not url.scheme.startswith("generic"):
        return []
    return [name for name, value in _pairs(url) if name.startswith(_BESIDE) or _is_no_post(name, value)]


def _is_no_post(name: str, value: str) -> bool:
    return name.lower() == "method" and value.upper() != "POST"


_SERVICES: dict[str, Callable[[SplitResult, _Query], str]] = {
    "bark": _bark,
    "discord": _discord,
    "googlechat": _googlechat,
    "gotify": _gotify,
    "hangouts": _googlechat,
    "matrix": _matrix,
    "mattermost": _mattermost,
    "ntfy": _ntfy,
    "opsgenie": _opsgenie,
    "pushbullet": _pushbullet,
    "pushover": _pushover,
    "rocketchat": _rocketchat,
    "slack": _slack,
    "smtp": _smtp,
    "teams": _teams,
    "telegram": _telegram,
}
