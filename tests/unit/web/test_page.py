"""The page is served to everybody, says what its reader may do, and holds nothing of anybody else's."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from attrs import evolve

from tests.unit.web.listening import TOKENS, Listening, listening
from watcher.web.guard import HEADER, Guard
from watcher.web.page import FOLDER, Page
from watcher.web.sessions import COOKIE

ROOT = Path(__file__).parents[3]
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def role(at: Listening, **headers: str) -> str:
    async with at.client.get(f"{at.url}/", headers=headers) as response:
        assert response.content_type == "text/html"
        found = re.search(r'data-role="(\w+)"', await response.text())
        assert found
        return found[1]


async def test_the_page_is_told_what_its_reader_may_do() -> None:
    async with listening() as at:
        assert await role(at) == "nobody"
        assert await role(at, Authorization=f"Bearer {TOKENS.act}") == "nobody"
        own, said = {"Origin": at.url, HEADER: "1"}, {"token": TOKENS.act}
        async with at.client.post(f"{at.url}/api/v1/session", headers=own, json=said) as response:
            cookie = response.cookies[COOKIE].value
        assert await role(at, Cookie=f"{COOKIE}={cookie}") == "actor"


@pytest.mark.parametrize(("is_alone", "told"), [(True, ""), (False, "several")])
async def test_the_page_is_told_whether_names_need_their_engine(is_alone: bool, told: str) -> None:
    page = Page(Guard(TOKENS), is_alone=is_alone)
    (route,) = [each for each in page.routes if each.path == "/"]
    other = evolve(route, path="/other")

    async with listening(more=(other,)) as at, at.client.get(f"{at.url}/other") as response:
        assert f'data-engines="{told}"' in await response.text()


async def test_what_is_public_needs_no_login() -> None:
    async with listening(public=("read",)) as at:
        assert await role(at) == "public"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
async def test_each_file_is_served_with_its_type_and_the_headers(path: Path) -> None:
    where = "" if path.name == "index.html" else f"static/{path.name}"
    async with listening() as at, at.client.get(f"{at.url}/{where}") as response:
        assert (response.status, response.content_type) == (200, TYPES[path.suffix])
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("where", ["static/../page.py", "static/%2e%2e/page.py", "static/", "static/no.js"])
async def test_no_file_beside_them_is_served(where: str) -> None:
    async with listening() as at:
        assert await at.status(f"/{where}") == 404


def test_the_wheel_holds_it(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], check=True, cwd=ROOT
    )
    (wheel,) = tmp_path.glob("*.whl")

    inside = {name.rpartition("/")[2] for name in zipfile.ZipFile(wheel).namelist() if "/static/" in name}
    assert inside == {path.name for path in FILES}


def test_no_text_becomes_markup_and_no_host_is_named() -> None:
    """The policy would keep a browser from most of it; here it is not even tried."""
    texts = {path.name: path.read_text() for path in FILES}
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    host = r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9-]+\.[a-z]"

    assert [name for name, text in texts.items() if re.search(forbidden, text)] == []
    assert [name for name, text in texts.items() if re.search(host, text)] == []
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)|\son\w+=", texts["index.html"])
