# ruff: noqa: INP001 - a hook of mkdocs: no package
"""What the documentation site has beyond docs/, and what it must not have.

It adds the changelog and CONTRIBUTING.md as pages, fills in what `reference.py` wrote from the code, and
fails the build where a list or a table was not understood, or where a page would fetch something
from elsewhere.
"""

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from texts import fetched, from_root, not_understood

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / ".site"
PAGES = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}

_MARK = re.compile(r"<!-- generated: (\w+) -->")


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages that lie outside of docs/."""
    for page, source in PAGES.items():
        files.append(File.generated(config, page, content=from_root((ROOT / source).read_text())))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in what was generated from the code."""
    return _MARK.sub(lambda mark: (GENERATED / f"{mark[1]}.md").read_text(), markdown)


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Refuse a page of which a list or a table was taken for plain text."""
    if wrong := not_understood(html):
        raise PluginError(f"{page.file.src_uri}: no blank line before this list or table: {wrong}")
    return html


def on_post_build(*, config: Any) -> None:
    """Refuse a site that fetches anything from elsewhere."""
    for path in sorted(Path(config.site_dir).rglob("*")):
        if path.suffix in {".html", ".css"} and (found := fetched(path.read_text())):
            raise PluginError(f"{path.relative_to(config.site_dir)} fetches {', '.join(found)}")
