"""The file is YAML whatever strangers wrote, and says what they wrote and nothing else."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from watcher.cli.compose_service import quoted, written
from watcher.cli.migration import ComposeService

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_string_is_read_as_it_was_with_nothing_filled_in(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == text.replace("$", "$$")


@given(TEXTS, TEXTS, TEXTS)
def test_a_service_of_strangers_words_is_still_this_service(name: str, value: str, note: str) -> None:
    made = ComposeService(
        name, environment={"A": value}, labels={"b": value}, notes=(note,), unmet=(note, name)
    )

    service = yaml.safe_load(written(made))["services"]["ctr-updater"]

    assert service["environment"] == {"A": value.replace("$", "$$")}
    assert service["labels"] == {"b": value.replace("$", "$$")}
    assert (service["image"], service["command"]) == ("ctr-updater", ["run"])


def test_half_a_pair_is_no_end_of_it() -> None:
    assert yaml.safe_load(quoted("a\ud800b")) == "a\ufffdb"


@pytest.mark.parametrize("mode", ["host", "none", "container:0123abc"])
def test_a_network_mode_stands_in_the_file_and_is_no_network(mode: str) -> None:
    read = yaml.safe_load(written(ComposeService("wt", network_mode=mode)))

    assert read["services"]["ctr-updater"]["network_mode"] == mode
    assert "networks" not in read
