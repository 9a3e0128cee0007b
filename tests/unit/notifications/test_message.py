"""A message: one line for each container, in plain text and in Markdown, of the same news."""

import json

import pytest

from watcher.notifications.message import LONGEST, compose, trial
from watcher.notifications.news import KINDS, News

OLD = {"id": "sha256:" + "a" * 64, "version": "1.27.0"}
NEW = {"id": "sha256:" + "b" * 64, "version": "1.27.1"}
UNNAMED_OLD = {"id": "sha256:" + "a" * 64, "version": None}
UNNAMED_NEW = {"id": "sha256:" + "b" * 64, "version": None}
LINK = "https://github.com/nginx/nginx/releases/tag/1.27.1"
UPDATED = News("updated", "web", "x", "nginx:1", OLD, NEW, down_s=2.14, link=LINK)
FAILED = News("failed", "db", "y", "postgres:16", UNNAMED_OLD, UNNAMED_NEW, "it exited with 1", 7.5)


def many(count: int) -> list[News]:
    return [News("held", f"app{number:03}", "s", "img:1", why="w" * 50) for number in range(count)]


def test_the_title_tells_the_counts_and_the_host() -> None:
    assert compose("nas", [UPDATED, FAILED, UPDATED]).title == "ctr-updater: 1 failed, 2 updated on nas"


def test_a_line_tells_name_image_versions_time_down_and_link() -> None:
    message = compose("nas", [UPDATED])

    assert message.text == f"web: updated nginx:1 1.27.0 → 1.27.1, down 2.1 s {LINK}"
    assert message.markdown == (
        f"- web: updated nginx:1 1.27.0 → 1.27.1, down 2.1 s [release notes](<{LINK}>)"
    )


def test_a_failure_tells_why_and_what_runs_now_and_short_ids_stand_for_versions() -> None:
    assert compose("nas", [FAILED]).text == (
        f"db: update failed postgres:16 {'a' * 12} → {'b' * 12}, down 7.5 s: "
        f"it exited with 1 (runs {'a' * 12} again)"
    )


@pytest.mark.parametrize("prefix", ["db could not be updated: ", "db: ", ""])
def test_what_a_line_says_already_is_not_said_again(prefix: str) -> None:
    line = compose("nas", [News("failed", "db", why=f"{prefix}it exited with 1")]).text

    assert line == "db: update failed: it exited with 1"


def test_images_of_the_same_version_are_told_by_their_ids() -> None:
    assert (
        f"{'a' * 12} → {'b' * 12}"
        in compose("nas", [News("updated", "web", old=OLD, new=NEW | {"version": "1.27.0"})]).text
    )


def test_what_runs_again_is_called_as_the_image_that_the_update_led_from() -> None:
    new = NEW | {"version": "1.27.0"}

    text = compose("nas", [News("failed", "web", old=OLD, new=new, why="it crashed")]).text

    assert text == f"web: update failed {'a' * 12} → {'b' * 12}: it crashed (runs {'a' * 12} again)"


@pytest.mark.parametrize("version", [{}, {"version": "1.27.0"}], ids=["id", "version"])
def test_where_there_is_no_other_image_no_way_from_one_to_another_is_told(version: dict[str, str]) -> None:
    image = {"id": f"sha256:{'a' * 64}"} | version

    line = compose("nas", [News("held", "web", "x", "nginx:1", image, image, "a label cannot be read")]).text

    assert line == f"web: update held nginx:1 {version.get('version', 'a' * 12)}: a label cannot be read"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(kind: str) -> None:
    message = compose("nas", [News(kind, "web", "x", "nginx:1")])

    assert message.title.startswith("ctr-updater: 1 ")
    assert message.text.startswith("web: ")


def test_what_matters_most_comes_first() -> None:
    news = [News(kind, "web", "x") for kind in reversed(KINDS)]

    assert [event["event"] for event in compose("nas", news).events] == list(KINDS)


def test_a_registry_is_not_named_twice() -> None:
    line = compose("nas", [News("unknown", "nginx:1", "", "nginx:1", why="no such host")]).text

    assert line == "nginx:1: unknown whether there is an update: no such host"


def test_a_long_message_is_cut_at_whole_lines_and_says_how_many_more() -> None:
    message = compose("nas", many(40))

    for text in (message.text, message.markdown):
        lines = text.splitlines()
        assert len(text) <= LONGEST
        assert lines[-1] == f"and {40 - len(lines) + 1} more"
        assert all(line.endswith("w" * 50) for line in lines[:-1])
    assert len(message.events) == 40


def test_a_message_that_just_fits_is_whole() -> None:
    assert "more" not in compose("nas", many(3)).text


def test_a_single_line_always_fits() -> None:
    endless = News(
        "failed", "c" * 5000, "s", "i" * 5000, {"version": "v" * 5000}, {"version": "w" * 5000}, "y " * 5000
    )

    message = compose("nas", [endless])

    assert "more" not in message.text
    assert len(message.markdown) <= LONGEST


def test_the_command_for_a_person_is_whole() -> None:
    why = f"{'x' * 500}: `docker start web`"

    assert compose("nas", [News("attention", "web", why=why)]).text.endswith("`docker start web`")


def test_what_strangers_wrote_is_escaped_and_means_nothing_in_markdown() -> None:
    evil = "\x1b[31m [click](http://evil) **bold** `x` <b> @everyone\nsecond line"
    message = compose("nas\n", [News("failed", "web", "s", "a_b:1", why=evil)])

    assert "\x1b" not in message.text + message.markdown
    assert "\n" not in message.title + message.text + message.markdown
    assert r"\[click\](http://evil) \*\*bold\*\* \`x\` \<b\>" in message.markdown
    assert r"a\_b:1" in message.markdown
    assert "@everyone" not in message.markdown


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://x/)[y](z", "https://x/ y", "https://x/<>"])
def test_a_link_that_is_none_is_left_out(link: str) -> None:
    message = compose("nas", [News("updated", "web", link=link)])

    assert link not in message.text + message.markdown


def test_programs_get_the_events_and_no_markdown() -> None:
    posted = compose("nas", [News("updated", "web", facts={"name": "web", "took_s": 1.5})]).posted

    assert json.loads(json.dumps(posted)) == {
        "title": "ctr-updater: 1 updated on nas",
        "text": "web: updated",
        "host": "nas",
        "events": [{"event": "updated", "container": "web", "name": "web", "took_s": 1.5}],
    }


def test_a_test_message_says_that_it_is_one() -> None:
    message = trial("nas")

    assert ("test" in message.title, "test" in message.text, message.posted["events"]) == (True, True, ())
