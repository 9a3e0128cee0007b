"""Which containers a Watchtower updates."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from watcher.config.watchtower import Options, read
from watcher.config.watchtower_choice import Candidate, updates

PREFIX = "com.centurylinklabs.watchtower."
WEB = "ghcr.io/my/web:1"


def told(*words: str, image: str = WEB, labels: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Whether a Watchtower with these arguments updates the container `web` with these labels."""
    said = {f"{PREFIX}{name}": value for name, value in labels.items()}
    return updates(read(words, []), Candidate("web", image, said | {"tier": "front"}))


def test_one_that_was_told_nothing_updates_all() -> None:
    assert updates(Options(), Candidate("web", WEB, {}))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["web"], True),
        (["db", "/web"], True),
        (["w.*"], True),
        (["db", "we"], False),
        (["(web"], False),
        (["--disable-containers", "db,web"], False),
        (["-x", "db"], True),
        (["web", "--disable-containers=web"], False),
        (["--disable-containers=w.b"], False),
    ],
)
def test_names_and_their_patterns_choose(words: list[str], expected: bool) -> None:
    assert told(*words) is expected


@pytest.mark.parametrize(
    ("words", "labels", "expected"),
    [
        ((), {"enable": "false"}, False),
        ((), {"enable": "0"}, False),
        ((), {"enable": "perhaps"}, True),
        (("--label-enable",), {}, False),
        (("--label-enable=false",), {}, True),
        (("--label-enable",), {"enable": "true"}, True),
        (("--label-enable",), {"enable": "false"}, False),
        (("--monitor-only",), {}, False),
        ((), {"monitor-only": "true"}, False),
        (("--monitor-only",), {"monitor-only": "false"}, False),
        (("--monitor-only", "--label-take-precedence"), {"monitor-only": "false"}, True),
        (("--no-pull",), {"no-pull": "true"}, True),
    ],
)
def test_labels_choose(words: tuple[str, ...], labels: dict[str, str], expected: bool) -> None:
    assert told(*words, labels=labels) is expected


@pytest.mark.parametrize(
    ("words", "labels", "expected"),
    [
        ((), {"scope": "a"}, True),
        (("--scope", "a"), {"scope": "a"}, True),
        (("--scope", "a"), {"scope": "b"}, False),
        (("--scope", "a"), {}, False),
        (("--scope", "none"), {}, True),
        (("--scope", "none"), {"scope": "none"}, True),
        (("--scope", "none"), {"scope": "a"}, False),
    ],
)
def test_a_scope_chooses(words: tuple[str, ...], labels: dict[str, str], expected: bool) -> None:
    assert told(*words, labels=labels) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--enable-containers-by-label", "tier=front"], True),
        (["--enable-containers-by-label", "tier"], True),
        (["--enable-containers-by-label", "tier=back"], False),
        (["--enable-containers-by-label", "tier=front", "--label-enable"], True),
        (["--disable-containers-by-label", "a=b,tier=front"], False),
        (["--disable-containers-by-label", "tier=back"], True),
        (["--monitor-image-names", "ghcr.io/my/.*"], True),
        (["--monitor-image-names", "nginx"], False),
        (["--skip-image-names", "ghcr.io/my/.*"], False),
        (["--skip-image-names", "nginx"], True),
    ],
)
def test_the_further_ways_of_the_one_that_lives_choose(words: list[str], expected: bool) -> None:
    assert told(*words) is expected


def test_an_image_that_is_not_known_may_be_one_that_is_asked_for() -> None:
    assert told("--monitor-image-names", "nginx", image=f"sha256:{'1' * 64}")


def test_variables_choose_too() -> None:
    web = Candidate("web", WEB, {})

    assert not updates(read([], ["WATCHTOWER_LABEL_ENABLE=true"]), web)
    assert not updates(read([], ["WATCHTOWER_DISABLE_CONTAINERS=db web"]), web)
