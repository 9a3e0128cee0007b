"""A label or a variable names a gate that there is."""

from pathlib import Path

import pytest

from tests.unit.config.test_gates_file import SIGNED
from watcher.config.gates import Gates
from watcher.config.gates_file import read
from watcher.model.errors import UnreadableSetting


def test_a_name_that_fits_no_gate_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(SIGNED)
    gates = read(str(path))
    gates.refuse_unknown("signed", "ctr-updater.gate")
    gates.refuse_unknown("", "ctr-updater.gate")

    with pytest.raises(UnreadableSetting) as caught:
        gates.refuse_unknown("singed", "ctr-updater.gate")

    expected = (
        f"ctr-updater.gate='singed' cannot be read - it takes the name of a gate of {gates.path} (signed)"
    )
    assert str(caught.value) == expected


def test_a_gate_where_no_file_is_named_is_refused() -> None:
    with pytest.raises(UnreadableSetting, match="CTR_UPDATER_GATES_FILE, which is not set"):
        Gates().refuse_unknown("signed", "ctr-updater.gate")
