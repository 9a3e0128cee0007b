"""A name of our prefix that is not known is refused as a value is; an empty value is none."""

import pytest

from watcher.config.policy import Policy
from watcher.config.settings import DaemonSettings
from watcher.model.errors import UnknownName, UnreadableSetting

ENABLED = {"ctr-updater.enable": "true"}


@pytest.mark.parametrize(
    ("label", "right"),
    [
        ("scheduel", "schedule"),
        ("enabled", "enable"),
        ("stop_timeout", "stop-timeout"),
        ("Mode", "mode"),
        ("depends-on ", "depends-on"),
        ("cool-down", "cooldown"),
    ],
)
def test_a_label_that_is_not_known_is_refused_with_the_nearest_right_one(label: str, right: str) -> None:
    with pytest.raises(UnknownName) as raised:
        Policy().with_labels(ENABLED | {f"ctr-updater.{label}": "x"})

    assert f"'ctr-updater.{label}' is not known" in str(raised.value)
    assert str(raised.value).endswith(f"did you mean ctr-updater.{right}?")
    assert (raised.value.exit_code, isinstance(raised.value, UnreadableSetting)) == (2, True)


def test_where_none_is_near_all_that_there_are_are_named() -> None:
    with pytest.raises(
        UnknownName, match=r"it is one of ctr-updater\.cleanup, .*, ctr-updater\.stop-timeout"
    ):
        Policy().with_labels({"ctr-updater.xyz": "true"})


@pytest.mark.parametrize("label", ["ctr-updater.reference", "ctr-updater.spare-of"])
def test_what_we_write_ourselves_is_known_and_is_no_setting(label: str) -> None:
    assert Policy().with_labels({label: "x"}) == Policy()


@pytest.mark.parametrize("label", ["ctr-updater", "ctr-updaters.mode", "com.example.ctr-updater.mode"])
def test_a_label_without_our_prefix_is_somebody_elses(label: str) -> None:
    assert Policy().with_labels({label: "x"}) == Policy()


def test_a_name_cannot_write_on_the_terminal() -> None:
    with pytest.raises(UnknownName) as raised:
        Policy().with_labels({"ctr-updater.\x1b[2Jmode": "x"})

    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize("label", ["enable", "mode", "stable-for", "schedule", "depends-on", "scheduel"])
def test_an_empty_label_is_not_set(label: str, value: str) -> None:
    assert Policy(mode="notify").with_labels({f"ctr-updater.{label}": value}) == Policy(mode="notify")


def test_an_empty_variable_is_not_set() -> None:
    empty = {"CTR_UPDATER_INTERVAL": "", "CTR_UPDATER_STABLE_FOR": " ", "CTR_UPDATER_INTERVALL": ""}

    assert (Policy.of_environment(empty), DaemonSettings.of_environment(empty)) == (
        Policy(),
        DaemonSettings(),
    )


def test_images_labels_count_only_where_that_is_said() -> None:
    assert not DaemonSettings.of_environment({}).image_labels
    assert DaemonSettings.of_environment({"CTR_UPDATER_IMAGE_LABELS": "true"}).image_labels
