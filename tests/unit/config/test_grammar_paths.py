"""Paths in a container: absolute, and without a way back."""

import pytest

from watcher.config.grammar import absolute_path


@pytest.mark.parametrize("text", ["/busy", "/data/sub/busy", "/with space", "/.hidden"])
def test_an_absolute_path_is_taken(text: str) -> None:
    assert absolute_path(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "busy",
        "./busy",
        "/data/../busy",
        "/./busy",
        "/",
        "//busy",
        "/data/",
        "/data//busy",
        "/a\x1bb",
        "",
        "/" + "a" * 4096,
    ],
)
def test_any_other_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        absolute_path(text)
