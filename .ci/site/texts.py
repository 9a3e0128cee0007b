# ruff: noqa: INP001 - a part of a hook of mkdocs: no package
"""What the site asks of a text: links as within docs/, nothing misread, nothing fetched from elsewhere."""

import re

ELSEWHERE = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}

_LINK = re.compile(r"\]\((docs/[^)\s]+|README\.md|CHANGELOG\.md|CONTRIBUTING\.md)(#[^)\s]*)?\)")
_NOT_UNDERSTOOD = re.compile(r"<p>(?:[^<]|<(?!/p>))*?\n(?:- |\d+\. |\|)[^\n]*")
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?(?:https?:)?//[^\"> ]*"
    r"|<link\b(?![^>]*\brel=\"?canonical)[^>]*\bhref=\"?(?:https?:)?//[^\"> ]*"
    r"|url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*//[^;]*"
)


def from_root(markdown: str) -> str:
    """The text of a file of the project's root with its links as they are within docs/."""

    def moved(link: re.Match[str]) -> str:
        target = ELSEWHERE.get(link[1], link[1].removeprefix("docs/"))
        return f"]({target}{link[2] or ''})"

    return _LINK.sub(moved, markdown)


def not_understood(html: str) -> str:
    """The first line of a list or a table that stands in a paragraph; empty where there is none."""
    found = _NOT_UNDERSTOOD.search(html)
    return found[0].rpartition("\n")[2] if found else ""


def fetched(text: str) -> list[str]:
    """What a page or a style sheet would fetch from elsewhere."""
    return _FETCHED.findall(text)
