"""A file that claims Compose's time is carried over only where the daemon saw that it was there first."""

import pytest

from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.projects import QUICKLY_HEALTHY, Project
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack
from watcher.store.failures import Injected, injected_of
from watcher.store.keys import file_name
from watcher.store.records import Records

FOLLOWED = '{ctr-updater.enable: "true", ctr-updater.source: local}'
SERVICE = """
services:
  web:
    image: {image}
    labels: {followed}
    restart: always
    configs: [{{source: site, target: /etc/site.conf}}]
    secrets: [password]
configs: {{site: {{content: "server web"}}}}
secrets: {{password: {{environment: SECRET}}}}
"""
WITHOUT_FILES = """
services:
  web:
    image: {image}
    labels: {followed}
"""
PLANT = "cp /etc/site.conf /etc/evil.conf; touch -r /etc/site.conf /etc/evil.conf"


@pytest.fixture
def shop(stack: Stack, project: Project) -> Project:
    stack.image(stack.name("web:1"), marker="old", healthcheck=QUICKLY_HEALTHY)
    project.write(SERVICE.format(image=stack.name("web:1"), followed=FOLLOWED))
    return project


def noted(daemon: Running, shop: Project) -> Injected | None:
    """What the daemon has noted of the web server."""
    cid = shop.inspect("web")["Id"]
    paths = Records(daemon.state_dir).of_any_engine("injected", file_name(cid))
    found = [injected_of(Records(daemon.state_dir).read(path)) for path in paths]
    return found[0] if found else None


def await_note(daemon: Running, shop: Project) -> None:
    """Wait until the daemon has seen the present start of the web server."""

    def has_seen() -> bool:
        seen = noted(daemon, shop)
        return seen is not None and seen.started == shop.inspect("web")["State"]["StartedAt"]

    wait_until(has_seen, "the daemon to have noted what was put into the web server")


@pytest.fixture
def daemon(start: Start, shop: Project) -> Running:
    """A daemon that has seen the web server start."""
    daemon = start().looked()
    shop.up()
    await_note(daemon, shop)
    return daemon


def update(daemon: Running, stack: Stack, shop: Project) -> str:
    """Update the web server; what it has below /etc afterwards, and its secret."""
    stack.image(stack.name("web:1"), marker="new", healthcheck=QUICKLY_HEALTHY)
    daemon.wait("container updated", container=shop.container("web"))
    return shop.run("web", "cat /run/secrets/password; echo; ls /etc | grep -E 'site|evil'")


def test_a_file_with_a_forged_time_is_not_carried_over_and_that_is_said(
    daemon: Running, stack: Stack, shop: Project
) -> None:
    shop.run("web", PLANT)

    assert update(daemon, stack, shop).split() == ["sesame", "site.conf"]
    assert "/etc/evil.conf changed while it ran" in daemon.wait("container updated with a doubt")["doubt"]


def test_what_is_planted_before_a_restart_of_the_container_or_the_daemon_is_not_carried_over(
    start: Start, daemon: Running, stack: Stack, shop: Project
) -> None:
    shop.run("web", PLANT)
    stack.engine.docker("restart", "--time", "0", shop.container("web"))
    await_note(daemon, shop)
    daemon.stop()

    daemon = start().looked()

    assert update(daemon, stack, shop).split() == ["sesame", "site.conf"]


def test_what_compose_puts_there_at_a_later_start_is_carried_over(
    daemon: Running, stack: Stack, shop: Project
) -> None:
    shop("stop")
    shop("start")
    await_note(daemon, shop)

    assert update(daemon, stack, shop).split() == ["sesame", "site.conf"]


def test_what_compose_puts_there_while_no_daemon_runs_is_carried_over(
    start: Start, daemon: Running, stack: Stack, shop: Project
) -> None:
    daemon.stop()
    shop("stop")
    shop("start")

    daemon = start().looked()

    assert update(daemon, stack, shop).split() == ["sesame", "site.conf"]


def test_what_is_in_a_successor_is_noted_before_a_process_of_it_can_forge_anything(
    start: Start, stack: Stack, project: Project, proxy: Proxy
) -> None:
    web, new = stack.name("web:1"), stack.name("new:1")
    stack.image(web, marker="old")
    stack.image(new, marker="new")
    project.write(WITHOUT_FILES.format(image=web, followed=FOLLOWED))
    daemon = start(host=proxy.host).looked()
    project.up()
    await_note(daemon, project)

    stack.tag(new, web)
    daemon.wait("container updated", container=project.container("web"))

    cid, calls = project.inspect("web")["Id"], [call.path for call in proxy.calls]
    read, started = (calls.index(f"/containers/{cid}/{what}") for what in ("changes", "start"))
    assert read < started
