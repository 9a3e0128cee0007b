"""What a failed container said last is told without its secrets, and without what a terminal obeys."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.integration.apps import CRASHES, QUICK, outdated
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Running
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import answer, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

EVER = 1_000_000
SECRETS = ("hunter2-own", "dXNlcjpodW50ZXIy", "baked-in-secret", "s3same")
OWN = (
    *("-e", f"WORD={SECRETS[0]}"),
    *("-e", f"PEM=-----\n{SECRETS[1]}\n-----"),
    *("-e", f"DSN=pg://me:{SECRETS[3]}@db"),
)
SAYS = (
    'echo "$WORD, $API_TOKEN"; echo "$PEM" | sed -n 2p; '
    f"echo no login for {SECRETS[3]}; printf '\\033]0;owned\\007\\302\\2332J broken\\n'; exit 3"
)


def baring(stack: Stack) -> str:
    """Run a container whose new image tells its environment, and ends."""
    web = outdated(stack, *LOCAL, *OWN, new={"cmd": SAYS, "env": [f"API_TOKEN={SECRETS[2]}"]})
    return web.name


def everything(cli: Commands, name: str) -> str:
    """What the error says of it, what the commands say then, and what is kept."""
    said = cli(*UPDATE, name, env=CRASHES)
    assert said.code == 6
    assert "its last words: " in said.err
    shown = [*said, *cli("watcher", "check", name), *cli("watcher", "list"), *cli(*UPDATE, name, env=CRASHES)]
    return "\n".join(map(str, [*shown, *_kept(cli)]))


def _kept(cli: Commands) -> list[str]:
    """All files of the state directory but the images' own configurations, which hold no container's."""
    files = [path for path in cli.state.rglob("*") if path.is_file() and "images" not in path.parts]
    assert files
    texts = [path.read_text(errors="replace") for path in files if "database" not in path.name]
    return [*texts, *(_shown(path) for path in files if path.suffix == ".sqlite")]


def _shown(path: Path) -> str:
    """What a database holds, its log included, as SQL."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_of_the_environment_is_nowhere(cli: Commands, stack: Stack, secret: str) -> None:
    assert secret not in everything(cli, baring(stack))


def test_what_the_image_says_openly_can_be_read(cli: Commands, stack: Stack) -> None:
    assert "no login for ***" in everything(cli, baring(stack))


def test_what_a_terminal_obeys_is_escaped(cli: Commands, stack: Stack) -> None:
    said = everything(cli, baring(stack))

    assert r"\x1b]0;owned\x07\x9b2J broken" in said
    assert all(each.isprintable() or each == "\n" for each in said)


def test_long_last_words_are_cut(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, new={"cmd": "seq -s- 5000; echo the end; exit 3"})

    said = cli(*UPDATE, web.name, env=CRASHES).err

    assert "the end" in said
    assert len(said) < 1000


SAYS_WHEN_ASKED = 'echo "$WORD, $API_TOKEN"; printf "\\033]0;owned\\007away\\n"; exit 1'


def test_what_its_health_check_said_last_is_told_likewise(cli: Commands, stack: Stack) -> None:
    new = {"healthcheck": SAYS_WHEN_ASKED, "env": [f"API_TOKEN={SECRETS[2]}"]}
    web = outdated(stack, *LOCAL, *OWN, new=new)

    said = cli(*UPDATE, web.name, env=QUICK)

    assert said.code == 6
    assert r"it became unhealthy; its check said: ***, *** | \x1b]0;owned\x07away" in said.err
    assert [secret for secret in SECRETS if secret in "\n".join([said.err, *_kept(cli)])] == []


def test_the_daemon_keeps_a_secret_too(daemon: Running, cli: Commands, stack: Stack) -> None:
    name = baring(stack)

    line = daemon.wait("update rolled back", container=name)

    assert "its last words" in line["why"]
    assert daemon.stop() == 0
    told = "\n".join([*map(str, daemon.lines), *_kept(cli)])
    assert [secret for secret in SECRETS if secret in told] == []
    assert "\x1b" not in told


@pytest.mark.parametrize("can_be_read", [True, False], ids=["masked", "withheld"])
def test_what_the_engine_says_of_a_start_hides_them_too(
    cli: Commands, stack: Stack, proxy: Proxy, *, can_be_read: bool
) -> None:
    """Its new image runs as a user that is in no passwd, and whose name is a value of the environment."""
    web = outdated(stack, *LOCAL, "-e", "WHO=hunter2-own", new={"user": "hunter2-own"})
    ends_reading = run(lambda: proxy.arm(answer(500), match="^GET /images/", times=EVER), passing)
    if not can_be_read:
        proxy.arm(ends_reading, match="^POST /containers/[^/]+/start")

    said = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert said.code == 6
    assert ("unable to find user ***" in said.err) == can_be_read
    assert "hunter2-own" not in "\n".join([said.err, *_kept(cli)])
