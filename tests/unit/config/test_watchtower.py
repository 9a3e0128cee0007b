"""How a Watchtower was told what to do."""

import pytest

from watcher.config.watchtower import is_watchtower, read


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("containrrr/watchtower", True),
        ("containrrr/watchtower:1.7.1@sha256:" + "a" * 64, True),
        ("ghcr.io/nicholas-fedor/watchtower:latest", True),
        ("host:5000/nickfedor/watchtower", True),
        ("my/watchtower", False),
        ("containrrr/watchtowers", False),
        ("sha256:" + "a" * 64, False),
    ],
)
def test_a_watchtower_is_known_by_its_image(reference: str, expected: bool) -> None:
    assert is_watchtower(reference) is expected


@pytest.mark.parametrize(
    ("words", "said", "names"),
    [
        (["--cleanup", "web", "db"], {"cleanup": "true"}, ("web", "db")),
        (["-i", "30", "web"], {"interval": "30"}, ("web",)),
        (["-i30"], {"interval": "30"}, ()),
        (["--interval=30", "--cleanup=false"], {"interval": "30", "cleanup": "false"}, ()),
        (["-cdi", "5"], {"cleanup": "true", "debug": "true", "interval": "5"}, ()),
        (["--schedule", "0 0 4 * * *", "--", "-x"], {"schedule": "0 0 4 * * *"}, ("-x",)),
        (["--interval"], {"interval": "true"}, ()),
    ],
)
def test_arguments_are_read_as_there(words: list[str], said: dict[str, str], names: tuple[str, ...]) -> None:
    found = read(words, [])

    assert (found.said, found.names) == (said, names)


def test_an_argument_beats_its_variable_and_what_is_none_is_named() -> None:
    found = read(
        ["--interval", "5", "--bogus"], ["WATCHTOWER_POLL_INTERVAL=30", "WATCHTOWER_CLEANUP=1", "TZ=UTC"]
    )

    assert found.said == {"interval": "5", "cleanup": "1"}
    assert (found.is_on("cleanup"), found.is_on("debug"), found.unread) == (True, False, ("--bogus",))


def test_lists_are_separated_as_there() -> None:
    variables = ["WATCHTOWER_NOTIFICATION_URL=a://b c://d,e", "WATCHTOWER_DISABLE_CONTAINERS=x,y"]
    found = read(["--notification-url", "f://g", "--notification-url", "h://i"], variables)

    assert found.all("notification-url") == ("f://g", "h://i")
    assert read([], variables).all("notification-url") == ("a://b", "c://d,e")
    assert found.all("disable-containers") == ("x", "y")
