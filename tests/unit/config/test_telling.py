"""What `--notify-on` and `--ping-url` take."""

import pytest

from watcher.config.settings import DaemonSettings
from watcher.config.telling import NEWS, is_wanted, news, web_address
from watcher.config.variables import refuse_unknown_variables
from watcher.model.errors import UnreadableSetting
from watcher.notifications.news import ATTENTION, KINDS


def test_kinds_are_separated_by_commas_and_white_space_is_forgiven() -> None:
    assert news("updated, failed") == ("updated", "failed")


@pytest.mark.parametrize("text", ["update", "updated,", "updated failed", "attention", ","])
def test_a_kind_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        news(text)


def test_every_kind_can_be_chosen_but_what_wants_a_person_which_is_told_always() -> None:
    assert {*NEWS} == {*KINDS} - {ATTENTION}


@pytest.mark.parametrize(
    "text", ["https://hc-ping.com/5c3f", "http://[::1]:3001/api/push/x?status=up&msg=OK&ping="]
)
def test_an_address_of_the_web_is_taken(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize(
    "text", ["hc-ping.com/x", "ftp://x/y", "https://", "https://x:y/", "https://x/ y", "https://[/"]
)
def test_what_is_no_address_of_the_web_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        web_address(text)


def test_all_is_told_and_nobody_pinged_by_default() -> None:
    settings = DaemonSettings.of_environment({})

    assert (settings.notify_on, settings.ping_url) == (NEWS, "")


def test_the_variables_are_read_and_a_bad_one_is_named() -> None:
    settings = DaemonSettings.of_environment(
        {"CTR_UPDATER_NOTIFY_ON": "failed", "CTR_UPDATER_PING_URL": " https://x/y\n"}
    )

    assert (settings.notify_on, settings.ping_url) == (("failed",), "https://x/y")
    with pytest.raises(UnreadableSetting, match="CTR_UPDATER_NOTIFY_ON"):
        DaemonSettings.of_environment({"CTR_UPDATER_NOTIFY_ON": "everything"})


def test_the_secrets_are_variables_that_there_are() -> None:
    refuse_unknown_variables({"CTR_UPDATER_NOTIFY": "x", "CTR_UPDATER_NOTIFY_FILE": "/x"})


def test_messages_are_wanted_where_addresses_are_given_or_a_file_of_them() -> None:
    assert is_wanted({"CTR_UPDATER_NOTIFY": "ntfy://x"})
    assert is_wanted({"CTR_UPDATER_NOTIFY_FILE": "/run/secrets/addresses"})
    assert not is_wanted({"CTR_UPDATER_NOTIFY": " ", "CTR_UPDATER_NOTIFY_ON": "failed"})
