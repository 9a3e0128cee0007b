"""A variable of our prefix that is not known is refused as a value is; an empty one is none."""

import pytest

from watcher.config.variables import refuse_unknown_variables
from watcher.model.errors import UnknownName


def test_an_empty_variable_is_none() -> None:
    refuse_unknown_variables({"CTR_UPDATER_STABLE_FOR": " ", "CTR_UPDATER_INTERVALL": ""})


@pytest.mark.parametrize(
    ("variable", "right"),
    [
        ("CTR_UPDATER_INTERVALL", "CTR_UPDATER_INTERVAL"),
        ("CTR_UPDATER_REGISTRY_PASS", "CTR_UPDATER_REGISTRY_PASSWORD"),
        ("CTR_UPDATER_STATE_FOLDER", "CTR_UPDATER_STATE_DIR"),
    ],
)
def test_a_variable_that_is_not_known_is_refused_with_the_nearest_right_one(
    variable: str, right: str
) -> None:
    with pytest.raises(UnknownName, match=rf"'{variable}' is not known - did you mean {right}\?"):
        refuse_unknown_variables({variable: "1h", "PATH": "/bin"})


@pytest.mark.parametrize(
    ("variable", "advice"),
    [
        ("CTR_UPDATER_ENABLE", "label"),
        ("CTR_UPDATER_SOURCE", "label"),
        ("CTR_UPDATER_STOP_TIMEOUT", "label"),
    ],
)
def test_a_variable_for_what_is_a_label_alone_is_told_so(variable: str, advice: str) -> None:
    with pytest.raises(UnknownName, match=advice):
        refuse_unknown_variables({variable: "true"})


@pytest.mark.parametrize(
    "variable",
    [
        "CTR_UPDATER_INTERVAL",
        "CTR_UPDATER_MODE",
        "CTR_UPDATER_STATE_DIR",
        "CTR_UPDATER_IMAGE_LABELS",
        "CTR_UPDATER_REGISTRY",
        "CTR_UPDATER_REGISTRY_USER",
        "CTR_UPDATER_REGISTRY_PASSWORD_FILE",
        "OTHER_UPDATER_INTERVALL",
        "ctr_updater_intervall",
    ],
)
def test_what_is_known_or_somebody_elses_is_let_pass(variable: str) -> None:
    refuse_unknown_variables({variable: "x"})
