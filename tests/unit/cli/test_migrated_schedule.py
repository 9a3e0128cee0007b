"""When a Watchtower updates: its schedule in the words of this program, or a line for what has none."""

import pytest

from watcher.cli.migrated_schedule import taken_over


def of(text: str, **told: str) -> tuple[dict[str, str], list[str]]:
    """The environment of ours, and what has no counterpart."""
    environment = {**told}
    return environment, [*taken_over(text, environment)]


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("0 0 4 * * *", {"CTR_UPDATER_SCHEDULE": "0 4 * * *"}),
        ("0 0 4 ? * MON", {"CTR_UPDATER_SCHEDULE": "0 4 * * MON"}),
        ("CRON_TZ=UTC 00 15 4 * *", {"CTR_UPDATER_SCHEDULE": "15 4 * * *", "TZ": "UTC"}),
        (" TZ=UTC  @hourly ", {"CTR_UPDATER_SCHEDULE": "0 * * * *", "TZ": "UTC"}),
        ("TZ=UTC @every 0.5h", {"CTR_UPDATER_INTERVAL": "30m", "TZ": "UTC"}),
        ("CRON_TZ= 0 0 4 * *", {"CTR_UPDATER_SCHEDULE": "0 4 * * *", "TZ": "UTC"}),
        ("@every 25h", {"CTR_UPDATER_INTERVAL": "25h"}),
        ("@every 1500ms", {"CTR_UPDATER_INTERVAL": "1s"}),
    ],
)
def test_a_schedule_is_ours(text: str, ours: dict[str, str]) -> None:
    assert of(text) == (ours, [])


@pytest.mark.parametrize("text", ["", "often", "@every", "@every x", "TZ=UTC", "x 0 0 4 * *", "1 2 3"])
def test_what_cannot_be_read_is_said_once(text: str) -> None:
    environment, lines = of(text)

    assert not {*environment} - {"TZ"}
    assert lines == ["--schedule: it cannot be read"]


def test_of_two_zones_that_of_the_schedule_counts_and_the_other_is_said() -> None:
    assert of("TZ=UTC 0 0 4 * * *", TZ="UTC")[1] == []
    environment, (line,) = of("TZ=UTC 0 0 4 * * *", TZ="Europe/Rome")
    assert (environment["TZ"], line.partition(": ")[0]) == ("UTC", "TZ=Europe/Rome")


def test_a_zone_that_there_is_not_is_said_and_the_rest_is_taken() -> None:
    environment, lines = of("CRON_TZ=Mars/Crater 0 0 4 * * *", TZ="UTC")

    assert environment == {"TZ": "UTC", "CTR_UPDATER_SCHEDULE": "0 4 * * *"}
    assert lines == ["--schedule: there is no time zone 'Mars/Crater'"]
