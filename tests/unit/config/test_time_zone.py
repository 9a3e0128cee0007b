"""An unknown time zone is refused: the C library would take it for UTC."""

import pytest

from watcher.config.time_zone import refuse_unknown_zone
from watcher.model.errors import UnreadableSetting


@pytest.mark.parametrize(
    "zone", ["", "UTC", "Europe/Berlin", ":Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3", "EST5EDT"]
)
def test_what_the_c_library_knows_is_let_pass(zone: str) -> None:
    refuse_unknown_zone({"TZ": zone})


@pytest.mark.parametrize("zone", ["UTC", "GMT", ":UTC"])
def test_what_needs_no_file_is_let_pass_where_there_are_none(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.config.time_zone._FOLDERS", ())

    refuse_unknown_zone({"TZ": zone})


def test_a_file_is_let_pass() -> None:
    refuse_unknown_zone({"TZ": "/usr/share/zoneinfo/Europe/Berlin"})


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("Europe/Pariss", "; did you mean Europe/Paris?"),
        ("europe/berlin", "; did you mean Europe/Berlin?"),
        ("Nowhere", ""),
        ("CEST", ""),
        ("/nonexistent", ""),
        ("../../../etc", ""),
    ],
)
def test_another_is_refused_with_what_may_have_been_meant(zone: str, meant: str) -> None:
    with pytest.raises(UnreadableSetting) as raised:
        refuse_unknown_zone({"TZ": zone})

    assert str(raised.value).startswith(f"TZ={zone!r} cannot be read - it takes a time zone such as ")
    assert meant in str(raised.value)
    assert raised.value.exit_code == 2
