"""The how-tos' Compose files start what they say, and their commands do what they say."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.image.conftest import ROOT, Docker
from tests.integration.daemon.apps import labelled
from tests.testbed.engine import PrivateEngine
from tests.testbed.stack import Stack

HOWTO = ROOT / "docs" / "howto"
FILES = {
    path.stem: re.findall(r"^```yaml\n(name: .*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
    for path in HOWTO.glob("*.md")
}
STARTED = ("home-server", "nas", "production", "rootless")
# Their images cannot be had here, or what they need is a person's: these files are only read.
READ = ("socket-proxy",)
# What else the pages show, and the test that runs it.
ELSEWHERE = {
    "docker build -t ctr-updater .": "test_build.py",
    "docker save -o ctr-updater.tar ctr-updater": "docker's own",
    "docker --config ./login login registry.example.com": "docker's own",
    "docker run -d --name ctr-updater -v /var/run/docker.sock:/var/run/docker.sock ctr-updater watcher run": (
        "test_newcomer.py"
    ),
    "docker run -d --name web --label ctr-updater.enable=true nginx": "docker's own",
    "docker exec ctr-updater watcher list": "test_service.py",
    "docker compose up -d": "the fixture `compose`",
    "DOCKER_SOCKET=$XDG_RUNTIME_DIR/docker.sock docker compose up -d": "the fixture `compose`",
    "docker compose exec ctr-updater watcher rollback jellyfin": "tests/integration/update/test_rollback.py",
    "docker compose exec ctr-updater watcher hold jellyfin": "tests/integration/cli/test_decisions.py",
    "docker compose exec ctr-updater watcher notify --test": "tests/integration/cli/test_notify.py",
    "docker compose exec ctr-updater watcher check --remote NAME": "tests/integration/check/test_check.py",
}
Compose = Callable[..., str]


def shown(page: str) -> list[str]:
    """The commands of a page."""
    return re.findall(r"^\$ (.*)$", (HOWTO / f"{page}.md").read_text(), re.MULTILINE)


@pytest.fixture
def compose(
    docker: Docker,
    engine: PrivateEngine,
    image: str,
    stack: Stack,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Compose]:
    """`docker compose` with the file of a page, as a project of its own; what it made is gone afterwards."""
    assert image == "ctr-updater"
    (tmp_path / "compose.yaml").write_text(FILES[request.param][0])
    project = ("compose", "-p", stack.name("howto"), "-f", tmp_path / "compose.yaml")

    def run(*arguments: object) -> str:
        done = docker(*project, *arguments, env={"DOCKER_SOCKET": str(engine.socket)})
        assert done.code == 0, done.err
        return done.out

    yield run
    run("down", "--volumes", "--timeout", "60")


@pytest.mark.parametrize("compose", STARTED, ids=STARTED, indirect=True)
def test_the_service_of_a_page_follows_the_engine(
    compose: Compose, stack: Stack, request: pytest.FixtureRequest
) -> None:
    web = labelled(stack)
    compose("up", "--detach")
    stack.wait(lambda: "engine followed" in compose("logs"))

    page = request.node.callspec.params["compose"]
    for command in [
        each for each in shown(page) if each.startswith("docker compose") and each not in ELSEWHERE
    ]:
        said = compose("exec", "-T", *command.split()[3:])
        assert web.name in said or "nothing has been updated" in said


@pytest.mark.parametrize("compose", READ, ids=READ, indirect=True)
def test_the_file_of_a_page_is_read_by_compose(compose: Compose) -> None:
    assert "DOCKER_HOST" in compose("config")


def test_the_one_line_for_unraid_starts_the_service(
    docker: Docker, engine: PrivateEngine, image: str, stack: Stack, tmp_path: Path
) -> None:
    (line,) = [each for each in shown("nas") if each.startswith("docker run")]
    name, state = stack.name("unraid"), tmp_path / "state"
    state.mkdir()
    line = line.replace("--name ctr-updater ", f"--name {name} ").replace(
        "/mnt/user/appdata/ctr-updater:", f"{state}:"
    )
    line = line.replace("-v /var/run/docker.sock:", f"-v {engine.socket}:")
    assert image in line

    started = docker(*line.split()[1:])
    try:
        assert started.code == 0, started.err
        stack.wait(lambda: "engine followed" in docker("logs", name).err)
    finally:
        docker("rm", "-f", name)


def test_every_page_is_started_or_read_and_every_command_has_its_test() -> None:
    run = {each for page in STARTED for each in shown(page) if each.startswith("docker compose exec")}
    run |= {each for each in shown("nas") if each.startswith("docker run")}
    shown_at_all = {each for page in (*FILES, "../index") for each in shown(page)}

    assert {page for page, files in FILES.items() if files} == {*STARTED, *READ}
    assert shown_at_all - run - set(ELSEWHERE) == set()
    assert set(ELSEWHERE) <= shown_at_all
