"""In real shells a tab completes commands, options, their values, and the names of containers."""

import shutil
from collections.abc import Iterator

import pytest

from tests.integration.apps import current
from tests.testbed.cli import Commands
from tests.testbed.shell import Shell
from tests.testbed.stack import Stack

COMMANDS = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}
# What docs/completion.md says, a prompt, and a function that takes the command's place and shows its words.
SETUPS = {
    "bash": """eval "$(_WATCHER_COMPLETE=bash_source watcher)"
watcher() { echo "got <$*>"; }; PS1='rea''dy> '""",
    "zsh": """autoload -Uz compinit && compinit -u -D; eval "$(_WATCHER_COMPLETE=zsh_source watcher)"
watcher() { echo "got <$*>" }; PS1='rea''dy> '""",
    "fish": """_WATCHER_COMPLETE=fish_source watcher | source
function watcher; echo "got <$argv>"; end; function fish_prompt; echo -n rea'dy> '; end""",
}


@pytest.fixture(params=COMMANDS)
def shell(request: pytest.FixtureRequest, cli: Commands) -> Iterator[Shell]:
    """A shell that completes."""
    name = request.param
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed here")
    with Shell(COMMANDS[name], cli.environ, cli.home) as made:
        made.type(SETUPS[name].replace("\n", "; ") + "\r")
        made.until("ready> ")
        yield made


def completed(shell: Shell, typed: str, *, to: str) -> str:
    """What the command is given once a tab has completed what was typed."""
    shell.type(f"{typed}\t")
    shell.until(to)
    shell.type("\r")
    shell.until("got <")
    found = shell.until(">").strip()
    shell.until("ready> ")
    return found


def test_what_was_typed_is_completed(shell: Shell, stack: Stack) -> None:
    web = current(stack).name

    assert completed(shell, "watcher hea", to="lthy") == "healthy"
    assert completed(shell, "watcher check --rem", to="ote") == "check --remote"
    assert completed(shell, "watcher run --mode app", to="rove") == "run --mode approve"
    assert completed(shell, f"watcher check {web[:-1]}", to=web[-1:]) == f"check {web}"


def offered(cli: Commands, *words: str, **env: str) -> list[str]:
    """What a shell is told that the last word may become; nothing else is said."""
    typed = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = cli("watcher", env={"_WATCHER_COMPLETE": "bash_complete", **typed, **env})
    assert (done.code, done.err) == (0, "")
    return [line.partition(",")[2] for line in done.out.splitlines() if line]


def test_names_are_of_containers_that_people_name_and_that_were_not_given(
    cli: Commands, stack: Stack
) -> None:
    web, other = current(stack), current(stack, name="worker")
    stack.engine.docker("stop", "-t", "0", other.name)
    stack.create(web.image, name=f"{web.name}.ctr-updater-new-r-{web.cid[:12]}")
    both = [web.name, other.name]

    assert offered(cli, "watcher", "update", stack.name("w")) == both
    assert offered(cli, "watcher", "hold", web.name, stack.name("w")) == both[1:]
    engines = {"CTR_UPDATER_ENGINES": f"a={stack.engine.host},b=unix:///nowhere"}
    assert offered(cli, "watcher", "check", "a/", **engines) == [f"a/{name}" for name in both]


def test_where_the_engine_does_not_say_nothing_is_offered_and_nothing_said(cli: Commands) -> None:
    assert offered(cli, "watcher", "check", "w", DOCKER_HOST="unix:///nowhere") == []
    assert offered(cli, "watcher", "check", "w", CTR_UPDATER_INTERVAL="soon") == []
