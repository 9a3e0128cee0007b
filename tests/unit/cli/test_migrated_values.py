"""What is printed for this program is what it takes; all else is left out, and said."""

import pytest

from watcher.cli.migrated_values import without_refused

GOOD = {
    "CTR_UPDATER_INTERVAL": "90m", "CTR_UPDATER_WATCH": "all", "CTR_UPDATER_LISTEN": "[::]:8080", "TZ": "UTC",
    "CTR_UPDATER_TOKEN": "t", "CTR_UPDATER_TOKEN_FILE": "/run/secrets/t", "DOCKER_HOST": "tcp://proxy:2375",
    "CTR_UPDATER_NOTIFY": "https://h/p?k=v discord://1/t", "NO_COLOR": "true",
}  # fmt: skip


def test_what_is_taken_stays() -> None:
    environment = {**GOOD}

    assert [*without_refused(environment)] == []
    assert environment == GOOD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CTR_UPDATER_INTERVAL", "1.5h"), ("CTR_UPDATER_LOG_LEVEL", "foo"), ("CTR_UPDATER_LISTEN", "x:y"),
        ("CTR_UPDATER_MODE", "x"), ("CTR_UPDATER_SCHEDULE", "x"), ("CTR_UPDATER_TOKEN", "secret word"),
        ("CTR_UPDATER_NOTIFY", "https://secret@/"), ("TZ", "Mars/Crater"), ("DOCKER_HOST", "ssh://nas"),
    ],
)  # fmt: skip
def test_what_is_refused_is_left_out_and_said_in_a_line(name: str, value: str) -> None:
    environment = GOOD | {name: value}

    (line,) = without_refused(environment)

    assert environment == {key: kept for key, kept in GOOD.items() if key != name}
    assert name in line
    assert "secret" not in line


def test_a_bad_address_spoils_no_other_one() -> None:
    environment = {"CTR_UPDATER_NOTIFY": "https://[ https://h/p"}

    (line,) = without_refused(environment)

    assert line.startswith("CTR_UPDATER_NOTIFY: address 1 (https://***) is left out")
    assert environment == {"CTR_UPDATER_NOTIFY": "https://h/p"}
