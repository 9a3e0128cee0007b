"""A socket proxy that lets just those requests pass that docs/socket-proxy.md lists, or fewer."""

import asyncio
import re
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.daemon.apps import is_replaced, is_untouched
from tests.integration.daemon.conftest import Start
from tests.integration.registry.live.apps import publish, pulled
from tests.testbed.badregistry import BadRegistry
from tests.testbed.cli import Commands
from tests.testbed.faults import Fault, answer
from tests.testbed.http1 import Call
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint
from watcher.model.errors import EngineError

PAGE = Path(__file__).parents[4] / "docs" / "socket-proxy.md"
COMMANDS = {
    "look": ("ctr-updater", "ctr-updater {}", "watcher list", "watcher check {}"),
    "pull": ("ctr-updater --pull {}", "watcher check --pull {}"),
    "ask": ("watcher check --remote {}", "watcher update --dry-run {}"),
    "update": ("watcher update {}", "ctr-updater --pull --autoupdate {}"),
    "run": ("watcher run --once",),
}
EVER = 1_000_000


def page(status: str) -> Fault:
    """Answer as HAProxy does, which these proxies are made of."""
    html = f"<html><body><h1>{status}</h1>\nRequest forbidden by administrative rules.\n</body></html>\n"
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(html)}\r\n"
    return lambda _: f"{head}Connection: close\r\n\r\n{html}".encode()


barred = page("403 Forbidden")


def listed(kind: str, mark: str = "x") -> list[str]:
    """The requests that the page lists for a kind of command, as patterns; `o`: those it can do without."""
    header, _, *rows = [
        line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line[:1] == "|"
    ]
    column = [title.strip() for title in header].index(kind)
    needed = [row[0].strip(" `") for row in rows if row[column].strip() == mark]
    return [re.escape(each).replace(r"\{id\}", "[^/]+").replace(r"\{name\}", ".+") for each in needed]


def let_pass(proxy: Proxy, patterns: list[str]) -> None:
    proxy.arm(barred, match=rf"^(?!({'|'.join(patterns)})(\?|$))", times=EVER, asked=True)


@pytest.fixture
def web(stack: Stack, registry: PrivateRegistry, front: BadRegistry) -> App:
    """A container whose tag has moved in its registry."""
    made = pulled(stack, registry, front)
    publish(stack, registry, made)
    return made


@pytest.mark.parametrize(
    ("kind", "command"), [(kind, command) for kind, commands in COMMANDS.items() for command in commands]
)
def test_what_the_page_lists_is_enough(
    cli: Commands, stack: Stack, proxy: Proxy, web: App, kind: str, command: str
) -> None:
    let_pass(proxy, listed(kind))

    done = cli(*command.format(web.name).split(), env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code in ({0} if kind in {"update", "run"} else {0, 1}), done
    refused = re.findall("does not let (.*?) pass", done.err)
    assert all(re.fullmatch("|".join(listed(kind, "o")), each) for each in refused), refused
    assert is_replaced(stack, web) if kind in {"update", "run"} else is_untouched(stack, web)


def test_an_image_that_fails_is_told_and_held_with_what_the_page_lists(
    cli: Commands, stack: Stack, registry: PrivateRegistry, proxy: Proxy, web: App
) -> None:
    publish(stack, registry, web, "bad", cmd="echo last words; exit 3")
    let_pass(proxy, listed("update"))

    done = cli("watcher", "update", web.name, env=CRASHES | {"DOCKER_HOST": proxy.host})

    assert done.code == 6, done
    assert "last words" in done.err
    proxy.calls.clear()
    again = cli("watcher", "update", web.name, env=CRASHES | {"DOCKER_HOST": proxy.host})
    assert again.code == 6, again
    assert not [call for call in proxy.changes if "/stop" in call.path]


NEEDED = [
    *("POST /containers/create", "POST /containers/{id}/rename", "POST /containers/{id}/update"),
    *("DELETE /containers/{id}", "POST /containers/{id}/stop", "GET /networks/{id}"),
    *("POST /containers/{id}/start", "GET /events"),
]


@pytest.mark.parametrize("request_", NEEDED)
@pytest.mark.parametrize(
    "forbids", [barred, answer(403, "authorization denied by plugin")], ids=["proxy", "plugin"]
)
def test_what_is_not_let_pass_ends_an_update_before_anything_is_done(
    cli: Commands, stack: Stack, proxy: Proxy, request_: str, forbids: Fault
) -> None:
    """By the proxy, or by a plugin of the engine's own."""
    web = outdated(stack)
    before = stack.containers().keys()
    pattern = re.escape(request_).replace(r"\{id\}", "[^/?]+")
    proxy.arm(forbids, match=rf"^{pattern}(\?|$)", times=EVER, asked=True)

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), done
    assert done.err.startswith(f"cannot update {web.name}: ")
    assert request_ in done.err
    assert done.err.endswith(
        "; nothing was changed - docs/socket-proxy.md lists the requests that each command needs\n"
    )
    assert proxy.changes == []
    assert stack.containers().keys() == before
    assert is_untouched(stack, web)


def test_all_that_is_not_let_pass_is_named_in_one_line(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    let_pass(proxy, [each for each in listed("update") if "stop" not in each and "DELETE" not in each])

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.err.count("\n")) == (4, 1), done
    assert (
        "does not let DELETE /containers/{id}, POST /containers/{id}/stop pass; nothing was changed"
        in done.err
    )


def kinds(calls: Collection[Call]) -> set[str]:
    """Requests without the ids that they are of."""
    paths = (re.sub(r"(?<=s/)(?!create)[^/]+", "{id}", call.path) for call in calls)
    return {f"{call.method} {path}" for call, path in zip(calls, paths, strict=True)}


@pytest.mark.parametrize("kind", ["plain", "paused", "stopped", "rm", "always", "two networks"])
def test_all_that_an_update_does_was_asked_before(
    cli: Commands, stack: Stack, proxy: Proxy, kind: str
) -> None:
    """Of containers that need more than others that more is asked, and of those that need less that less."""
    options = {"rm": ["--rm"], "always": ["--restart", "always"]}.get(kind, [])
    if kind == "two networks":
        for network in ("front", "back"):
            stack.engine.docker("network", "create", stack.name(network))
        options = ["--network", stack.name("front")]
    web = outdated(stack, *options)
    after = {
        "paused": ["pause", web.name],
        "stopped": ["stop", "-t", "0", web.name],
        "two networks": ["network", "connect", stack.name("back"), web.name],
    }
    if kind in after:
        stack.engine.docker(*after[kind])

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 0, done
    asked = {each for each in kinds(proxy.questions) if not each.startswith("GET ")}
    free = {"POST /containers/{id}/update", "POST /images/{id}/tag"}  # the image is kept where that may be
    assert asked - free == kinds(proxy.changes) - free


def test_the_questions_change_nothing_and_are_no_events(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    """Once an update, and none where there is none."""
    web = outdated(stack)
    proxy.arm(barred, match="^DELETE ", times=EVER, asked=True)
    environ = QUICK | {"DOCKER_HOST": proxy.host}
    with stack.events() as events:
        assert cli("watcher", "update", "--no-pull", web.name, env=environ).code == 4
        stack.engine.docker("volume", "create", stack.name("mark"))
        assert next(iter(events))["Type"] == "volume"
    proxy.disarm()
    assert len(proxy.questions) == len(NEEDED)
    assert cli("watcher", "update", "--no-pull", web.name, env=environ).code == 0

    proxy.questions.clear()
    for command in (
        ("watcher", "update", "--no-pull"),
        ("watcher", "check"),
        ("watcher", "update", "--dry-run", "--no-pull"),
    ):
        assert cli(*command, web.name, env=environ).code == 0
    assert proxy.questions == []


def test_who_may_have_the_hosts_name_is_not_touched_where_nobody_tells_it(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, "--network", "host")
    let_pass(proxy, listed("update"))

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 4, done
    assert "does not let GET /info pass - docs/socket-proxy.md lists" in done.err
    assert is_untouched(stack, web)


def test_the_engines_time_is_told_without_info(proxy: Proxy) -> None:
    async def times() -> list[float]:
        async with Engine(Endpoint(proxy.host, socket=str(proxy.socket))) as engine:
            found = [await engine.now()]
            proxy.arm(barred, match="^GET .*/info", times=EVER)
            return [*found, await engine.now()]

    first, second = asyncio.run(times())
    assert second > first
    assert second == int(second)


@pytest.mark.parametrize("command", ["watcher check --pull {}", "watcher update {}", "ctr-updater --pull {}"])
def test_a_pull_that_the_proxy_forbids_is_not_the_registrys_fault(
    cli: Commands, stack: Stack, proxy: Proxy, web: App, command: str
) -> None:
    let_pass(proxy, listed("look"))

    done = cli(*command.format(web.name).split(), env={"DOCKER_HOST": proxy.host})

    assert done.code == 4
    assert f"cannot pull {web.image}: a proxy in front of the engine" in done.err
    assert "does not let POST /images/create pass - docs/socket-proxy.md lists" in done.err
    assert "docker login" not in done.err
    assert is_untouched(stack, web)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Time-out"])
def test_an_engine_that_the_proxy_cannot_reach_is_not_the_registrys_fault(
    cli: Commands, stack: Stack, proxy: Proxy, web: App, status: str
) -> None:
    proxy.arm(page(status), match="^POST /images/create", times=EVER)

    done = cli("watcher", "update", web.name, env={"DOCKER_HOST": proxy.host})

    assert done.code == 4
    assert f"a proxy in front of the engine at {proxy.host} cannot reach it: {status}" in done.err
    assert is_untouched(stack, web)


@pytest.mark.parametrize("trouble", [answer(500), page("503 Service Unavailable")])
def test_an_engine_that_does_not_tell_who_it_is_is_asked_again(proxy: Proxy, trouble: Fault) -> None:
    async def identities() -> list[str]:
        async with Engine(Endpoint(proxy.host, socket=str(proxy.socket))) as engine:
            proxy.arm(trouble, match="^GET .*/info")
            with pytest.raises(EngineError):
                await engine.identity()
            told = (await engine.info())["ID"]
            return [told, await engine.identity()]

    told, remembered = asyncio.run(identities())
    assert remembered == told


@pytest.mark.parametrize("trouble", [barred, page("404 Not Found"), answer(404)])
def test_an_engine_that_must_not_be_asked_who_it_is_is_known_by_its_endpoint(
    proxy: Proxy, trouble: Fault
) -> None:
    async def identity() -> str:
        async with Engine(Endpoint(proxy.host, socket=str(proxy.socket))) as engine:
            proxy.arm(trouble, match="^GET .*/info", times=EVER)
            return await engine.identity()

    assert asyncio.run(identity()) == proxy.host


def test_the_daemon_says_what_the_proxy_forbids(start: Start, stack: Stack, proxy: Proxy, web: App) -> None:
    let_pass(proxy, [*listed("look"), "GET /events"])

    daemon = start(host=proxy.host)

    assert "does not let POST /images/create pass" in daemon.wait("tag not pulled", image=web.image)["why"]
    assert is_untouched(stack, web)
