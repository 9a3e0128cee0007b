"""Who stops a container goes by its label, and refuses nothing for it."""

import pytest

from watcher.config.stop_timeout import labelled


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300), (" 5m ", 300), ("1500ms", 2), ("0", 0), ("", None), ("5", None), ("soon", None)],
)
def test_a_label_gives_whole_seconds_and_one_that_cannot_be_read_none(text: str, seconds: int | None) -> None:
    assert labelled({"ctr-updater.stop-timeout": text}) == seconds


def test_without_the_label_nobody_chose() -> None:
    assert labelled({"ctr-updater.stop_timeout": "5m"}) is None
