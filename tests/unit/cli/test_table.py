"""The list fits a terminal: the image is named once, long texts are cut; for programs all is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.cli.table import Row, table

IMAGE = "registry.example.com/team/shop-frontend:1.27"
WEB: Row = (
    "shop-web-1",
    IMAGE,
    "running",
    "update",
    f"update available: {IMAGE} was 0123456789ab, is ba9876543210",
)
DB: Row = ("db", "postgres:17", "updating", "-", "unknown: an update of it is under way")


def test_without_a_width_all_is_there() -> None:
    head, web, db = table([WEB, DB]).splitlines()

    assert head.split() == ["NAME", "IMAGE", "STATE", "MODE", "VERDICT"]
    assert web == "  ".join([WEB[0], WEB[1], WEB[2] + " ", WEB[3], WEB[4]])
    assert db.split(maxsplit=4) == [*DB]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_it_fits_the_width_and_the_image_is_named_once(width: int) -> None:
    made = table([WEB, DB], width)

    assert max(map(len, made.splitlines())) <= width
    assert made.count("1.27") == 1
    assert "update available: it was" in made


def test_what_has_room_is_not_cut() -> None:
    made = table([WEB, DB], 200)

    assert "…" not in made
    assert f"{IMAGE}  running   update  update available: it was 0123456789ab, is ba9876543210" in made


def test_of_an_image_the_end_is_kept_and_of_a_text_the_beginning() -> None:
    _, web, _ = table([WEB, DB], 80).splitlines()

    assert web == "shop-web-1  …p-frontend:1.27  running   update  update available: it was 012345…"


def test_a_name_is_cut_last() -> None:
    row = ("x-service-of-a-long-name", *WEB[1:])

    _, web = table([row], 80).splitlines()

    assert web == "x-service-of-a-long-name  …p-frontend:1.27  running  update  update available: …"


@pytest.mark.parametrize(
    ("image", "verdict", "shown"),
    [
        (
            "app:1",
            "unknown: cannot tell whether app:1 has an update: GET /app:1/x",
            "whether it has an update: GET /app:1/x",
        ),
        ("docker.io/library/app:1", "up to date: app:1 is 0123456789ab", "up to date: it is 0123456789ab"),
        ("app", "up to date: app:latest is 0123456789ab", "up to date: it is 0123456789ab"),
        ("r:5000/app", "up to date: r:5000/app:latest is 0123456789ab", "up to date: it is 0123456789ab"),
        ("library/app", "up to date: app:latest is 0123456789ab", "up to date: it is 0123456789ab"),
        (
            "index.docker.io/me/app",
            "up to date: me/app:latest is 0123456789ab",
            "up to date: it is 0123456789ab",
        ),
        ("app:1", "up to date: app:latest is 0123456789ab", "up to date: app:latest is 0123456789ab"),
        ("app@sha256:1", "up to date: app:latest is 012345678", "up to date: app:latest is 012345678"),
        ("-", "unknown: refused - log in again", "unknown: refused - log in again"),
        ("", "unknown:  - log in again", "unknown:  - log in again"),
        ("a.b", "up to date: axb is 0123456789ab", "up to date: axb is 0123456789ab"),
    ],
)
def test_only_the_reference_itself_is_left_out(image: str, verdict: str, shown: str) -> None:
    assert shown in table([("web", image, "running", "update", verdict)], 200)


def test_an_empty_list_has_its_head() -> None:
    assert table([]) == table([], 80) == "NAME  IMAGE  STATE  MODE  VERDICT"


CELLS = st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), max_size=90)


@given(st.lists(st.tuples(CELLS, CELLS, st.just("running"), st.just("notify"), CELLS)), st.integers(60, 300))
def test_it_fits_whatever_there_is(rows: list[Row], width: int) -> None:
    lines = table(rows, width).splitlines()

    assert len(lines) == len(rows) + 1
    assert max(map(len, lines)) <= width
