"""A service of Compose with an address of its own, among others that take whichever is free."""

import pytest

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_compose import FOLLOWED
from tests.integration.daemon.test_parallel import count
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

FILE = """
services:
  db:
    image: {prefix}-db:1
    labels: &followed {followed}
    networks: {{back: {{ipv4_address: {lowest}}}}}
  web:
    image: {prefix}-web:1
    labels: *followed
    networks: [back]
  late:
    image: {prefix}-late:1
    networks: [back]
    profiles: [late]
networks:
  back: {{ipam: {{config: [{{subnet: {subnet}}}]}}}}
"""


@pytest.fixture
def site(stack: Stack, project: Project) -> Project:
    """A database that has the lowest address of its network, and a web server that takes any; both are up."""
    subnet = list(stack.engine.subnet.subnets(new_prefix=27))[-1]
    for service in ("db", "web", "late"):
        stack.image(stack.name(f"{service}:1"), marker=f"{service} old")
    project.write(FILE.format(prefix=stack.prefix, followed=FOLLOWED, subnet=subnet, lowest=subnet[2]))
    project.up("db")
    project.up("web")
    return project


def held(proxy: Proxy, name: str) -> Hold:
    """Hold an update when the old container is set aside and its successor is to get the name."""
    hold = Hold()
    proxy.arm(hold, match=f"^POST .*/rename.name={name}$")
    return hold


def test_nobody_of_the_project_takes_the_address_while_the_service_is_down(
    start: Start, stack: Stack, proxy: Proxy, site: Project
) -> None:
    db, web = site.container("db"), site.container("web")
    own, before = site.address("db"), site.inspect("web")["Id"]
    hold = held(proxy, db)
    daemon = start(host=proxy.host).looked()

    stack.image(stack.name("db:1"), marker="db new")
    assert hold.reached.wait(60)
    stack.image(stack.name("web:1"), marker="web new")
    wait_until(lambda: count(proxy, f"/containers/create.name={web}") > 0, "the web server's successor")
    fence = outdated(stack, *LOCAL, name="fence")
    daemon.wait("container updated", container=fence.name)
    assert (site.inspect("web")["Id"], site.inspect("web")["State"]["Running"]) == (before, True)

    hold.release()
    for name in (db, web):
        daemon.wait("container updated", container=name)
    assert site.address("db") == own
    site.up()
    assert daemon.said("container not updated") == []


def test_what_somebody_else_has_started_with_compose_is_named_and_left_alone(
    start: Start, stack: Stack, proxy: Proxy, site: Project
) -> None:
    db, own = site.container("db"), site.address("db")
    hold = held(proxy, db)
    daemon = start(host=proxy.host).looked()
    stack.image(stack.name("db:1"), marker="db new")
    assert hold.reached.wait(60)

    site("--profile", "late", "up", "-d", "--no-deps", "late")
    hold.release()
    line = daemon.wait("container not updated", container=db)

    assert f"its address {own} is held by {site.container('late')}" in line["why"]
    assert site.address("late") == own
    site("--profile", "late", "rm", "-sf", "late")
    stack.wait_for(db, lambda found: found["State"]["Running"])
    assert site.address("db") == own
