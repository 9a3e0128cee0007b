"""The image holds the program and what it needs, and nothing besides."""

import json
import re
import stat
import tarfile
from typing import Any

import pytest

from tests.e2e.image.conftest import HARDENED, ROOT, Docker
from tests.testbed.engine import PrivateEngine
from watcher import __version__

LIMIT = 36_000_000  # bytes
Contents = dict[str, tarfile.TarInfo]


@pytest.fixture
def inspected(engine: PrivateEngine, image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(engine.docker("image", "inspect", image))[0]
    return found


def test_image_is_small(contents: Contents) -> None:
    assert sum(member.size for member in contents.values()) < LIMIT


def test_image_is_small_as_the_engine_reports_it(engine: PrivateEngine, inspected: dict[str, Any]) -> None:
    # the containerd store counts what was pulled too, compressed
    assert inspected["Size"] < LIMIT * (1.5 if engine.containerd_store else 1)


def test_labels_say_what_it_is(inspected: dict[str, Any]) -> None:
    labels = inspected["Config"]["Labels"]

    assert {key.removeprefix("org.opencontainers.image."): labels[key] for key in labels} == {
        "title": "ctr-updater",
        "description": "Keeps Docker containers on the current image of their own tag, and never loses one.",
        "licenses": "Apache-2.0",
        "version": __version__,
        "revision": "abc123",
    }


def test_entrypoint_is_the_exercise(inspected: dict[str, Any]) -> None:
    assert (inspected["Config"]["Entrypoint"], inspected["Config"]["Cmd"]) == (["/usr/bin/ctr-updater"], None)


def test_no_volume_is_left_behind_by_each_run(inspected: dict[str, Any]) -> None:
    assert not inspected["Config"].get("Volumes")


def test_programs_are_the_interpreter_and_the_two_commands(contents: Contents) -> None:
    programs = {path for path in contents if "/bin/" in path or "/sbin/" in path}

    assert {re.sub(r"3\.\d+", "3.x", program) for program in programs} == {
        "/usr/bin/ctr-updater",
        "/usr/bin/python3",
        "/usr/bin/python3.x",
        "/usr/bin/watcher",
    }


def test_no_installer_is_inside(contents: Contents) -> None:
    assert not [path for path in contents if re.search(r"/(pip|ensurepip|setuptools|venv|wheels)\b", path)]


def test_the_page_is_inside_as_it_is(contents: Contents) -> None:
    files = {path.name: path.stat().st_size for path in (ROOT / "watcher/web/static").iterdir()}
    inside = {path.rpartition("/")[2]: each.size for path, each in contents.items() if "/static/" in path}

    assert inside == files


def test_nothing_is_setuid(contents: Contents) -> None:
    assert not [path for path, member in contents.items() if member.mode & (stat.S_ISUID | stat.S_ISGID)]


def test_nothing_but_tmp_can_be_written_by_everybody(contents: Contents) -> None:
    open_to_all = {
        path for path, member in contents.items() if not member.issym() and member.mode & stat.S_IWOTH
    }

    assert open_to_all == {"/tmp"}  # noqa: S108 - the image's own


def test_settings_of_the_base_stay_behind(contents: Contents) -> None:
    docker_makes = {"/etc/hostname", "/etc/hosts", "/etc/mtab", "/etc/resolv.conf"}

    settings = {path for path, member in contents.items() if path.startswith("/etc/") and not member.isdir()}

    assert settings - docker_makes == {"/etc/nsswitch.conf", "/etc/ssl/certs/ca-certificates.crt"}


def unlicensed(contents: Contents, requirements: str) -> list[str]:
    """The packages whose licence is not in an image."""
    packages = re.findall(r"^([a-z0-9-]+)==[^;\n]* \\$", (ROOT / requirements).read_text(), re.MULTILINE)
    assert packages
    return [
        package
        for package in packages
        if not any(
            re.search(
                rf"/{package.replace('-', '_')}-[^/]*\.dist-info/licen[cs]es?(/|$)", path, re.IGNORECASE
            )
            for path in contents
        )
    ]


def test_licences_of_all_dependencies_are_inside(contents: Contents) -> None:
    assert unlicensed(contents, ".ci/runtime.txt") == []


@pytest.mark.parametrize("user", ["0:0", "65532:65532"])
def test_everything_is_there_under_hardening(docker: Docker, image: str, user: str) -> None:
    """The self-check of the build, where nothing can be written and no capability helps."""
    checked = docker(
        "run",
        "--rm",
        *HARDENED,
        "--user",
        user,
        "--entrypoint",
        "python3",
        image,
        "-ISm",
        "watcher.selfcheck",
    )

    assert checked == (0, "", "")


@pytest.mark.parametrize(
    ("hidden", "complaint"),
    [
        ("/usr/share/zoneinfo", "time_zones: "),
        ("/etc/ssl/certs", "certificates: "),
        ("{lib}/aiohttp", "import aiodocker: "),
        ("{lib}/encodings", "codecs: "),
        ("{lib}/watcher/web/static", "page: "),
    ],
)
def test_self_check_names_what_is_missing(
    docker: Docker, image: str, contents: Contents, hidden: str, complaint: str
) -> None:
    lib = next(path for path in contents if re.fullmatch(r"/usr/lib/python3\.\d+", path))
    # the codecs by which the interpreter starts must stay
    options = ["--tmpfs", hidden.format(lib=lib)]
    if hidden.endswith("encodings"):
        options = ["-v", f"/dev/null:{lib}/encodings/idna.pyc:ro"]

    checked = docker("run", "--rm", *options, "--entrypoint", "python3", image, "-ISm", "watcher.selfcheck")

    assert (checked.code, complaint in checked.err) == (1, True), checked.err
