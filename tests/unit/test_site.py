"""The documentation site: all pages in its menu, no link that leads nowhere, nothing misread or fetched."""

import re
from pathlib import Path

import pytest

from tests.unit.documents import DOCS, ROOT, documents, of_the_site

texts = of_the_site("texts")
reference = of_the_site("reference")

MENU = re.findall(r"^ +- .*: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def test_every_page_is_in_the_menu_of_the_site_once() -> None:
    """A new page of docs/ needs its line under `nav` in mkdocs.yml."""
    pages = [str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")]

    assert sorted(MENU) == sorted([*pages, "changelog.md", "contributing.md"])


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    text = FENCED.sub("", path.read_text())
    headings = re.findall(r"^#+ +(.*?)(?: \{#(.*)\})?$", text, re.MULTILINE)
    return {own or slug(heading) for heading, own in headings} | set(re.findall(r'<a id="(.*?)">', text))


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(path: Path) -> None:
    links = re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)", FENCED.sub("", path.read_text()))
    targets = [((path.parent / file if file else path).resolve(), anchor) for file, anchor in links]

    assert [str(target) for target, _ in targets if not target.exists()] == []
    assert [link for link in targets if link[1] and link[1] not in anchors(link[0])] == []


def test_links_of_files_in_the_root_lead_to_the_same_pages() -> None:
    said = "[a](docs/image.md#in-it), [b](README.md), [c](CHANGELOG.md#x), [d](https://x/docs/y.md)"

    assert (
        texts.from_root(said)
        == "[a](image.md#in-it), [b](index.md), [c](changelog.md#x), [d](https://x/docs/y.md)"
    )


@pytest.mark.parametrize("line", ["- a point", "1. a number", "| a | table |"])
def test_what_was_taken_for_plain_text_is_found(line: str) -> None:
    assert texts.not_understood(f"<p>Some <em>words</em>:\n{line}\nmore</p>") == line
    assert texts.not_understood(f"<p>Some words</p>\n<pre>\n{line}\n</pre>\n<p>others</p>") == ""


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js">',
        "<script async src=//cdn.example/x.js>",
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<img alt="" src="http://x/y.png">',
        "@font-face { src: url(https://fonts.example/x.woff) }",
        '@import "https://x/y.css";',
    ],
)
def test_what_would_be_fetched_from_elsewhere_is_found(text: str) -> None:
    assert len(texts.fetched(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://x">elsewhere</a>',
        '<link rel="canonical" href="https://x/y/">',
        '<link rel="stylesheet" href="assets/x.css">',
        '<svg xmlns="http://www.w3.org/2000/svg">',
        "a { background: url('data:image/svg+xml;base64,x') }",
    ],
)
def test_what_is_only_named_is_not_fetched(text: str) -> None:
    assert texts.fetched(text) == []


def test_the_parts_made_of_the_code_are_those_that_pages_ask_for(tmp_path: Path) -> None:
    reference.write(tmp_path)

    asked = {
        mark
        for path in DOCS.rglob("*.md")
        for mark in re.findall("<!-- generated: (.*) -->", path.read_text())
    }
    assert {path.stem for path in tmp_path.iterdir()} == asked
    assert all(path.read_text().strip() for path in tmp_path.iterdir())


def test_the_help_of_every_command_that_is_offered_is_on_the_page() -> None:
    said = reference.command_help()

    assert {name for name, command in reference.main.commands.items() if command.hidden} & set(
        said.split()
    ) == set()
    for name in [name for name, command in reference.main.commands.items() if not command.hidden]:
        assert f"### watcher {name}\n\n```text\nUsage: watcher {name} " in said
    assert "Usage: ctr-updater [OPTIONS] [NAME]" in said


def test_the_points_that_were_tried_add_up() -> None:
    lines = [line.strip("| ").split(" | ") for line in reference.kills().splitlines()[2:]]

    assert [line[0] for line in lines] == re.findall(
        r"^## (Docker .*)$", (DOCS / "faults.md").read_text(), re.MULTILINE
    )
    for line in lines:
        assert sum(int(cell) for cell in line[1:-2] if cell.isdigit()) == int(line[-2])
