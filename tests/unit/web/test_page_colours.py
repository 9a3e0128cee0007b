"""What is written can be read, in light and in dark: each colour has the contrast that WCAG asks for (AA)."""

import re

import pytest

from watcher.web.page import FOLDER

_TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS = {name: pair for name, *pair in _TOKEN.findall((FOLDER / "base.css").read_text())}
LETTERS = ("text", "muted", "accent", "good", "info", "calm", "bad", "warn")
_LEAST = 4.5


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "surface", "raised", "sunken"])
@pytest.mark.parametrize("letters", LETTERS)
def test_letters_stand_out_from_their_ground(letters: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[letters][theme], COLOURS[ground][theme]) >= _LEAST


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_a_buttons_letters_stand_out_from_it(theme: int) -> None:
    assert contrast(COLOURS["on-accent"][theme], COLOURS["accent"][theme]) >= _LEAST
