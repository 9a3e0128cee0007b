"""A text is a value of its grammar, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config.grammar import boolean, duration

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
PARTS = st.lists(st.tuples(st.integers(0, 9000), st.sampled_from(list(UNITS))), min_size=1, max_size=4)


@given(PARTS)
def test_a_duration_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)

    assert duration(text) == pytest.approx(sum(number * UNITS[unit] for number, unit in parts))


@given(st.text(alphabet="0123456789.msh d-+", max_size=8))
def test_a_text_is_a_duration_or_refused(text: str) -> None:
    try:
        seconds = duration(text)
    except ValueError:
        return
    assert seconds >= 0
    assert text == "0" or text[-1] in "smhd"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("10s", 10),
        ("2m", 120),
        ("1h30m", 5400),
        ("7d", 604800),
        ("0", 0),
        ("0s", 0),
        ("90s", 90),
    ],
)
def test_durations_of_the_interface(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "s",
        "1.5s",
        "-1s",
        "+1s",
        "1 s",
        "1S",
        "1w",
        "1h 30m",
        "1sx",
        "x1s",
        "٣s",
        "00",
        "36501d",
        "9" * 400 + "d",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        duration(text)


def test_a_boolean_is_true_or_false_and_nothing_else() -> None:
    assert (boolean("true"), boolean("false")) == (True, False)
    for text in ("", "True", "1", "yes", "on"):
        with pytest.raises(ValueError, match="tuple"):
            boolean(text)
