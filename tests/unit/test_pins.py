"""What is pinned for the image, for its target `full` and for the tests is of the same versions."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pinned(name: str) -> dict[str, str]:
    """The versions that a list pins, by package."""
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / ".ci" / name).read_text(), re.MULTILINE))


def test_all_lists_pin_the_same_versions() -> None:
    runtime, notify, dev = map(pinned, ("runtime.txt", "notify.txt", "dev.txt"))

    assert runtime.keys() <= notify.keys() <= dev.keys()
    assert {name: (version, dev[name]) for name, version in notify.items() if dev[name] != version} == {}
    assert {name: (version, dev[name]) for name, version in runtime.items() if dev[name] != version} == {}


def test_what_is_used_only_here_is_pinned_with_hashes_too() -> None:
    for name in ("docs.txt", "audit.txt"):
        text = (ROOT / ".ci" / name).read_text()
        pins = re.findall(r"^[a-z0-9.-]+==.*\\$", text, re.MULTILINE)

        assert len(pins) > 10
        assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
