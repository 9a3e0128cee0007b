"""Labels and environment are one grammar; what cannot be read is said and never guessed."""

import os
from pathlib import Path

import pytest

from watcher.config.policy import Policy
from watcher.config.settings import state_folder
from watcher.model.errors import UnreadableSetting


def test_the_defaults_are_those_of_the_interface() -> None:
    assert Policy.of_environment({}) == Policy(
        enable=False,
        mode="update",
        source="registry",
        stop_timeout=None,
        stable_for=10,
        health_timeout=120,
        cooldown=0,
        schedule="",
        window="",
        veto_file="",
        cleanup=False,
        release_url="",
        keep=1,
        keep_for=7 * 86400,
    )


def test_the_environment_sets_defaults_and_a_label_beats_them() -> None:
    defaults = Policy.of_environment({"CTR_UPDATER_STABLE_FOR": "1s", "CTR_UPDATER_MODE": "notify"})

    policy = defaults.with_labels({"ctr-updater.stable-for": "500ms"})

    assert (defaults.stable_for, policy.stable_for, policy.mode) == (1, 0.5, "notify")


@pytest.mark.parametrize(("text", "seconds"), [("2d", 172_800), ("1h30m", 5400), ("0", 0), ("500ms", 0.5)])
def test_a_cooldown_is_a_default_that_a_label_beats(text: str, seconds: float) -> None:
    defaults = Policy.of_environment({"CTR_UPDATER_COOLDOWN": text})

    assert (defaults.cooldown, defaults.with_labels({}).cooldown) == (seconds, seconds)
    assert defaults.with_labels({"ctr-updater.cooldown": "7d"}).cooldown == 604_800
    assert Policy(cooldown=7).with_labels({"ctr-updater.cooldown": text}).cooldown == seconds


def test_only_a_label_enables() -> None:
    defaults = Policy.of_environment({"CTR_UPDATER_ENABLE": "true"})

    assert not defaults.enable
    assert defaults.with_labels({"ctr-updater.enable": "true"}).enable


@pytest.mark.parametrize("labels", [None, {}, {"other": "x"}])
def test_labels_that_are_not_ours_change_nothing(labels: dict[str, str] | None) -> None:
    assert Policy().with_labels(labels) == Policy()


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("enable", "yes", "true or false"),
        ("mode", "watch", "update, notify or approve"),
        ("source", "hub", "registry or local"),
        ("stop-timeout", "10", "a duration"),
        ("stable-for", "soon", "a duration"),
        ("health-timeout", "2 m", "a duration"),
        ("cooldown", "2", "a duration"),
        ("veto-file", "busy", "an absolute path such as /data/busy"),
        ("window", "at night", "spans such as Sat,Sun 02:00-05:00; Mon-Fri 23:30-00:30"),
        ("cooldown", "never", "a duration"),
        ("release-url", "notes", "an http or https URL"),
        ("release-url", "javascript:alert({version})", "an http or https URL"),
    ],
)
def test_a_label_that_cannot_be_read_is_named_with_what_it_takes(
    label: str, value: str, expected: str
) -> None:
    with pytest.raises(UnreadableSetting) as raised:
        Policy().with_labels({f"ctr-updater.{label}": value})

    assert f"ctr-updater.{label}={value!r}" in str(raised.value)
    assert expected in str(raised.value)
    assert raised.value.exit_code == 2


WEEKEND = "Sat,Sun 02:00-05:00"


def test_a_window_and_a_schedule_are_one_or_the_other() -> None:
    with pytest.raises(UnreadableSetting) as raised:
        Policy().with_labels({"ctr-updater.window": WEEKEND, "ctr-updater.schedule": "@daily"})
    assert str(raised.value) == (
        f"ctr-updater.window='{WEEKEND}' cannot be read - it takes no ctr-updater.schedule beside it: "
        "one or the other"
    )

    with pytest.raises(UnreadableSetting, match="it takes no CTR_UPDATER_SCHEDULE beside it"):
        Policy.of_environment({"CTR_UPDATER_WINDOW": WEEKEND, "CTR_UPDATER_SCHEDULE": "@daily"})


def test_a_label_of_one_takes_the_place_of_a_default_of_the_other() -> None:
    shut, daily = Policy(window=WEEKEND), Policy(schedule="0 0 * * *")

    assert shut.with_labels({"ctr-updater.schedule": "@daily"}) == daily
    assert daily.with_labels({"ctr-updater.window": WEEKEND}) == shut
    assert shut.with_labels({"ctr-updater.schedule": " "}) == shut


def test_a_variable_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UnreadableSetting, match=r"CTR_UPDATER_STABLE_FOR='soon'"):
        Policy.of_environment({"CTR_UPDATER_STABLE_FOR": "soon"})


def test_spaces_around_a_value_do_not_matter() -> None:
    assert Policy().with_labels({"ctr-updater.stable-for": " 1s "}).stable_for == 1


def test_the_state_folder_is_the_one_chosen() -> None:
    assert state_folder({"CTR_UPDATER_STATE_DIR": "/somewhere"}) == Path("/somewhere")


@pytest.mark.parametrize(
    ("uid", "environ", "folder"),
    [
        (0, {"XDG_STATE_HOME": "/x"}, "/var/lib/ctr-updater"),
        (1000, {"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/ctr-updater"),
        (1000, {"HOME": "/h"}, "/h/.local/state/ctr-updater"),
        (1000, {}, "/.local/state/ctr-updater"),
    ],
)
def test_the_state_folder_is_where_the_user_keeps_state(
    uid: int, environ: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)

    assert state_folder(environ) == Path(folder)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("1", 1), ("12", 12)])
def test_as_many_images_are_kept_as_is_said(text: str, number: int) -> None:
    assert Policy().with_labels({"ctr-updater.keep": text}).keep == number


@pytest.mark.parametrize("text", ["-1", "1.5", "all", "00", "\u0661"])
def test_a_number_of_images_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnreadableSetting, match="a whole number of 0 or more"):
        Policy().with_labels({"ctr-updater.keep": text})
