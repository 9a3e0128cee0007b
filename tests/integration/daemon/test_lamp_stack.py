"""A web server, an application and a database of Compose, whose data outlives their updates."""

import contextlib
import http.client
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.integration.daemon.projects import QUICKLY_HEALTHY, Project
from tests.testbed.stack import Stack

TIERS = ("database", "php", "web")
FILE = """
services:
  web:
    image: {prefix}-web:1
    labels: &followed {{ctr-updater.enable: "true", ctr-updater.source: local}}
    ports: ["127.0.0.1:{port}:80"]
    networks: [front]
    environment: {{NEXT: {front[5]}}}
    volumes: ["{root}:/www/lamp:ro"]
    depends_on: {{php: {{condition: service_healthy}}}}
  php:
    image: {prefix}-php:1
    labels: *followed
    networks: {{front: {{ipv4_address: {front[5]}}}, back: {{}}}}
    environment: {{NEXT: {back[6]}}}
    depends_on: {{database: {{condition: service_healthy}}}}
  database:
    image: {prefix}-database:1
    labels: *followed
    networks: {{back: {{ipv4_address: {back[6]}}}}}
    environment: {{MARIADB_DATABASE: mymap, MARIADB_USER: user, MARIADB_PASSWORD: s3cr3t}}
    volumes: ["databasedata:/data"]
volumes: {{databasedata: {{}}}}
networks:
  front: {{ipam: {{config: [{{subnet: {front}}}]}}}}
  back: {{ipam: {{config: [{{subnet: {back}}}]}}}}
"""
# Each tier says its version, and what the next one answers.
PAGE = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\ncat /www/index.html\n"
ASK = 'wget -q -O- "http://$NEXT/cgi-bin/page?$QUERY_STRING"\n'
SCRIPTS = {
    "web": ASK,
    "php": f"echo >> /sessions/visits\necho $(wc -l < /sessions/visits) visits\n{ASK}",
    "database": 'test -z "$QUERY_STRING" || echo "$QUERY_STRING" >> /data/points\ncat /data/points\n',
}


class Site(NamedTuple):
    """The project, and the port of its web server."""

    project: Project
    port: int

    def get(self, path: str) -> list[str]:
        """The lines of a page."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            with connection.getresponse() as response:
                assert response.status == 200
                return response.read().decode().split("\n")[:-1]

    def networks(self) -> dict[str, dict[str, str]]:
        """The networks of each service, with the addresses that the file gives."""
        found = {tier: self.project.inspect(tier)["NetworkSettings"]["Networks"] for tier in TIERS}
        return {
            tier: {name: (end["IPAMConfig"] or {}).get("IPv4Address", "") for name, end in networks.items()}
            for tier, networks in found.items()
        }


def publish(stack: Stack, marker: str) -> None:
    """Move all tags, the web server's first."""
    for tier in reversed(TIERS):
        stack.image(
            stack.name(f"{tier}:1"),
            marker=f"{tier} {marker}",
            healthcheck=QUICKLY_HEALTHY,
            files={"www/cgi-bin/page": PAGE + SCRIPTS[tier]},
            volumes=["/sessions"] if tier == "php" else [],
        )


@pytest.fixture
def site(project: Project, stack: Stack, tmp_path: Path, free_port: Callable[[], int]) -> Site:
    """All three up, two points on the map, made in two visits."""
    publish(stack, "old")
    (tmp_path / "index.html").write_text("from the host\n")
    made = Site(project, free_port())
    front, back = last_networks(stack)
    project.write(FILE.format(prefix=stack.prefix, port=made.port, root=tmp_path, front=front, back=back))
    project.up()
    for point in ("here", "there"):
        made.get(f"/cgi-bin/page?{point}")
    return made


def last_networks(stack: Stack) -> tuple[IPv4Network, IPv4Network]:
    """Two out of the engine's addresses that it gives to others only when all before are taken."""
    *_, front, back = stack.engine.subnet.subnets(new_prefix=27)
    return front, back


@pytest.fixture
def updated(start: Start, stack: Stack, site: Site) -> Running:
    """A daemon that has updated all three."""
    daemon = start().looked()
    publish(stack, "new")
    for tier in TIERS:
        daemon.wait("container updated", container=site.project.container(tier))
    return daemon


@pytest.mark.usefixtures("updated")
def test_all_tiers_are_new_and_all_data_are_there(site: Site) -> None:
    """On the named volume, on the anonymous one, and on the host's directory."""
    assert site.get("/cgi-bin/page") == ["web new", "php new", "3 visits", "database new", "here", "there"]
    assert site.get("/lamp/index.html") == ["from the host"]


def test_the_database_begins_and_the_web_server_ends(start: Start, stack: Stack, site: Site) -> None:
    publish(stack, "new")

    with stack.events() as events:
        start()
        told = story(events, ends=3)

    assert told == one_after_another(*map(site.project.container, TIERS))


def test_all_are_on_their_networks_with_their_addresses_and_volumes(
    start: Start, stack: Stack, site: Site
) -> None:
    networks, volumes = site.networks(), mounts(site)
    assert sum(map(len, networks.values())) == 4
    daemon = start().looked()

    publish(stack, "new")
    daemon.wait("container updated", container=site.project.container("web"))

    assert (site.networks(), mounts(site)) == (networks, volumes)


def mounts(site: Site) -> dict[str, list[str]]:
    """The sources of what each service mounts."""
    found = {tier: site.project.inspect(tier)["Mounts"] for tier in TIERS}
    return {tier: sorted(mount["Source"] for mount in mounts) for tier, mounts in found.items()}


@pytest.mark.usefixtures("updated")
def test_up_finds_nothing_to_do_and_a_recreation_by_compose_loses_nothing_either(site: Site) -> None:
    before = site.project.ids()

    site.project.up()
    assert site.project.ids() == before
    site.project.up("--force-recreate")

    assert site.get("/cgi-bin/page")[2:] == ["3 visits", "database new", "here", "there"]
