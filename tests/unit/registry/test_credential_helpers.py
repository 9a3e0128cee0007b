"""Credential helpers are asked as the docker CLI asks them; a failure is one line without a secret."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from watcher.registry.credential_helpers import TIME_LIMIT_S, HelperFailed, ask

CANARY = "c4n4ry"
LOGIN = f'{{"ServerURL":"x","Username":"me","Secret":"{CANARY}"}}'
AGENT = f"sleep 1000 >/dev/null & echo $! >agent; echo '{LOGIN}'"  # which holds the standard error


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """An environment with a PATH that helpers can be put on; it is the working directory too."""
    monkeypatch.chdir(tmp_path)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def helper(name: str, script: str, interpreter: str = "/bin/sh") -> None:
    path = Path(f"docker-credential-{name}")
    path.write_text(f"#!{interpreter}\n{script}\n")
    path.chmod(0o755)


async def failure(environ: Mapping[str, str], script: str) -> str:
    helper("x", script)
    with pytest.raises(HelperFailed) as caught:
        await ask("x", "ghcr.io", environ)
    return str(caught.value)


def pid_in(file: str) -> str:
    return Path(file).read_text().strip()


def runs(pid: str) -> bool:
    """Whether the process is there, and no zombie that nobody has reaped yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def test_a_helper_is_given_the_registry_and_gives_user_and_secret(environ: Mapping[str, str]) -> None:
    helper("x", 'printf \'{"Username":"%s","Secret":"%s"}\' "$1" "$(cat)"')

    assert await ask("x", "ghcr.io", environ) == ("get", "ghcr.io")


async def test_a_helper_is_given_the_environment(environ: Mapping[str, str]) -> None:
    helper("x", 'printf \'{"Username":"me","Secret":"%s"}\' "$AWS_REGION"')

    assert await ask("x", "ghcr.io", {**environ, "AWS_REGION": "mars"}) == ("me", "mars")


@pytest.mark.parametrize(
    "script",
    [
        "echo credentials not found in native keychain; exit 1",
        'echo \'{"ServerURL":"","Username":"","Secret":""}\'',
    ],
)
async def test_a_helper_that_knows_no_login_is_no_failure(environ: Mapping[str, str], script: str) -> None:
    helper("x", script)

    assert await ask("x", "ghcr.io", environ) is None


async def test_a_login_needs_no_end_of_the_standard_error(environ: Mapping[str, str]) -> None:
    helper("x", AGENT)

    assert await ask("x", "ghcr.io", environ) == ("me", CANARY)
    agent = pid_in("agent")
    assert runs(agent)  # which is not ours to kill
    os.kill(int(agent), signal.SIGKILL)


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("exit 1", "docker-credential-x: exit code 1"),
        ("kill -9 $$", "docker-credential-x: exit code -9"),
        ("echo the vault is sealed; echo more; exit 2", "docker-credential-x: the vault is sealed"),
        ("echo no account is active >&2; exit 1", "docker-credential-x: no account is active"),
        ("printf 'a\\033[31mb'; exit 1", "docker-credential-x: a[31mb"),
        (f"echo '{LOGIN}'; exit 1", "docker-credential-x: exit code 1"),
        (f"echo '{LOGIN}' >&2; exit 1", "docker-credential-x: exit code 1"),
        (f"echo token {CANARY * 8} expired; exit 1", "docker-credential-x: token ... expired"),
        (f"echo {CANARY}", "docker-credential-x answered no login (JSON with Username and Secret)"),
        (
            f'echo "[1, \\"{CANARY}\\"]"',
            "docker-credential-x answered no login (JSON with Username and Secret)",
        ),
        (
            'echo \'{"Username":1,"Secret":2}\'',
            "docker-credential-x answered no login (JSON with Username and Secret)",
        ),
        (
            'echo \'{"Username":"me","Secret":"\\\\ud800"}\'',
            "docker-credential-x answered no login (JSON with Username and Secret)",
        ),
        (
            "head -c 60000 /dev/zero | tr '\\0' '['",
            "docker-credential-x answered no login (JSON with Username and Secret)",
        ),
        (
            "yes",
            "docker-credential-x answered more than 65536 bytes, which is no login",
        ),
    ],
)
async def test_a_failure_is_told_in_one_line_without_a_secret(
    environ: Mapping[str, str], script: str, line: str
) -> None:
    assert await failure(environ, script) == line


async def test_however_much_a_helper_complains_its_login_counts(environ: Mapping[str, str]) -> None:
    helper("x", f"head -c 1000000 /dev/zero >&2; echo '{LOGIN}'")

    assert await ask("x", "ghcr.io", environ) == ("me", CANARY)


async def test_a_helper_need_not_read_the_registry(environ: Mapping[str, str]) -> None:
    helper("x", f"exec <&-; echo '{LOGIN}'")

    assert await ask("x", "ghcr.io", environ) == ("me", CANARY)


async def started(
    script: str, environ: Mapping[str, str]
) -> tuple[asyncio.Future[Any], asyncio.StreamReader]:
    """A helper that has been asked, and a pipe that ends when it and all that it started are dead."""
    os.mkfifo("alive")
    alive = asyncio.StreamReader()
    pipe = os.fdopen(os.open("alive", os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(alive), pipe)
    helper("x", f"cat >/dev/null; exec 3>alive; echo started >&3; {script}")
    asking = asyncio.ensure_future(ask("x", "ghcr.io", environ))
    assert await alive.readline() == b"started\n"
    return asking, alive


@pytest.mark.parametrize("script", ["exec sleep 1000", "sleep 1000 & wait"])
async def test_a_helper_that_hangs_is_killed_with_what_it_started(
    environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    asking, alive = await started(script, environ)
    loop = asyncio.get_running_loop()
    now = loop.time
    monkeypatch.setattr(loop, "time", lambda: now() + TIME_LIMIT_S)

    with pytest.raises(HelperFailed, match=r"^docker-credential-x did not answer within 30 s$"):
        await asking
    assert await alive.read() == b""


async def test_cancellation_kills_the_helper(environ: Mapping[str, str]) -> None:
    asking, alive = await started("sleep 1000 & wait", environ)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await alive.read() == b""


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", "x y", "x;y", "x\n"])
async def test_what_cannot_be_a_helpers_name_is_never_run(environ: Mapping[str, str], name: str) -> None:
    with pytest.raises(HelperFailed, match="cannot be the name of a credential helper"):
        await ask(name, "ghcr.io", environ)


async def test_a_helper_that_is_not_installed_is_named(environ: Mapping[str, str]) -> None:
    with pytest.raises(HelperFailed, match=r"^docker-credential-x is not on PATH$"):
        await ask("x", "ghcr.io", environ)


async def test_a_helper_without_its_interpreter_cannot_be_run(environ: Mapping[str, str]) -> None:
    helper("x", "", interpreter="/no/such")

    with pytest.raises(HelperFailed, match=r"^docker-credential-x cannot be run: No such file or directory$"):
        await ask("x", "ghcr.io", environ)
