"""Projects of the real Compose: updated in order, and afterwards as if Compose had done it."""

from collections.abc import Callable

import pytest

from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.integration.daemon.projects import QUICKLY_HEALTHY, Project
from tests.testbed.stack import Stack

FOLLOWED = '{ctr-updater.enable: "true", ctr-updater.source: local}'
WEB_AND_DATABASE = """
services:
  web:
    image: {prefix}-web:1
    labels: &followed {followed}
    ports: ["127.0.0.1:{port}:80"]
    networks: [front, back]
    depends_on: {{db: {{condition: service_healthy}}}}
    configs: [{{source: site, target: /etc/site.conf}}]
    secrets: [password]
  db:
    image: {prefix}-db:1
    labels: *followed
    networks: [back]
    volumes: ["data:/data"]
    secrets: [password]
configs: {{site: {{content: "server web"}}}}
secrets: {{password: {{environment: SECRET}}}}
volumes: {{data: {{}}}}
networks: {{front: {{}}, back: {{}}}}
"""


@pytest.fixture
def shop(stack: Stack, project: Project, free_port: Callable[[], int]) -> Project:
    """A web server and its database, up; the database's data is on a named volume."""
    publish(stack, "old")
    text = WEB_AND_DATABASE.format(prefix=stack.prefix, followed=FOLLOWED, port=free_port())
    project.write(text)
    project.up()
    project.run("db", "echo precious > /data/row")
    return project


def publish(stack: Stack, marker: str) -> None:
    """Move the tags of both; the web server's first."""
    for name in ("web", "db"):
        stack.image(stack.name(f"{name}:1"), marker=f"{name} {marker}", healthcheck=QUICKLY_HEALTHY)


@pytest.fixture
def updated(start: Start, stack: Stack, shop: Project) -> Running:
    """A daemon that has updated both."""
    daemon = start().looked()
    publish(stack, "new")
    for service in ("db", "web"):
        daemon.wait("container updated", container=shop.container(service))
    return daemon


def test_the_database_is_healthy_before_the_web_server_begins(
    start: Start, stack: Stack, shop: Project
) -> None:
    publish(stack, "new")

    with stack.events() as events:
        start()
        told = story(events, ends=2)

    assert told == one_after_another(shop.container("db"), shop.container("web"))


@pytest.mark.usefixtures("updated")
def test_data_names_configs_and_secrets_are_there_after_an_update(shop: Project) -> None:
    assert shop.run("db", "cat /data/row") == "precious"
    assert shop.run("web", f"wget -q -O- {shop.address('db')}") == "db new"
    assert shop.run("db", f"wget -q -O- {shop.address('web')}") == "web new"
    assert ("db" in shop.aliases("db"), "web" in shop.aliases("web")) == (True, True)
    assert shop.run("web", "cat /etc/site.conf /run/secrets/password") == "server websesame"


@pytest.mark.usefixtures("updated")
def test_up_finds_nothing_to_do_after_an_update(shop: Project) -> None:
    before = shop.ids()

    said = shop("up", "-d")

    assert shop.ids() == before
    assert "Recreate" not in said


@pytest.mark.usefixtures("updated")
def test_labels_of_compose_are_those_that_it_would_have_written(shop: Project) -> None:
    ours = {service: shop.inspect(service)["Config"]["Labels"] for service in ("web", "db")}

    shop.up("--force-recreate")

    # Compose notes which container it replaced; whoever was replaced by us bears no such note.
    replaced = "com.docker.compose.replace"
    theirs = {service: shop.inspect(service)["Config"]["Labels"] for service in ("web", "db")}
    assert ours == {
        service: {key: value for key, value in labels.items() if key != replaced}
        for service, labels in theirs.items()
    }


def test_ps_logs_restart_and_down_work_after_an_update(updated: Running, shop: Project, stack: Stack) -> None:
    ids, started = shop.ids(), shop.inspect("web")["State"]["StartedAt"]
    assert set(ids) == {shop.container("web"), shop.container("db")}

    shop("logs")
    shop("restart", "-t", "0", "web")
    assert shop.ids() == ids
    assert shop.inspect("web")["State"]["StartedAt"] > started

    assert updated.stop() == 0
    shop("down", "-t", "0")
    assert stack.containers() == {}


def test_a_database_that_became_sick_holds_the_web_server_back(
    start: Start, stack: Stack, shop: Project
) -> None:
    daemon = start().looked()
    stack.image(stack.name("db:1"), marker="sick", healthcheck=QUICKLY_HEALTHY | {"Test": ["CMD", "false"]})
    daemon.wait("update rolled back", container=shop.container("db"))
    before = shop.ids()

    stack.image(stack.name("web:1"), marker="web new", healthcheck=QUICKLY_HEALTHY)
    line = daemon.wait("container held back", container=shop.container("web"))

    assert line["why"] == f"{shop.container('db')} failed"
    assert shop.ids()[shop.container("web")] == before[shop.container("web")]


def test_one_that_asks_for_it_is_restarted_when_its_dependency_is_replaced(
    start: Start, stack: Stack, project: Project
) -> None:
    publish(stack, "old")
    project.write(f"""
services:
  web: {{image: {stack.name("web:1")}, depends_on: {{db: {{condition: service_started, restart: true}}}}}}
  other: {{image: {stack.name("web:1")}, depends_on: [db]}}
  db: {{image: {stack.name("db:1")}, labels: {FOLLOWED}}}
""")
    project.up()
    before, ids = {name: project.inspect(name) for name in ("web", "other")}, project.ids()
    daemon = start().looked()

    stack.image(stack.name("db:1"), marker="db new", healthcheck=QUICKLY_HEALTHY)
    daemon.wait("container updated", container=project.container("db"))

    after = {name: project.inspect(name) for name in ("web", "other")}
    assert after["web"]["State"]["StartedAt"] > before["web"]["State"]["StartedAt"]
    assert after["other"]["State"]["StartedAt"] == before["other"]["State"]["StartedAt"]
    assert project.ids() == ids | {project.container("db"): project.inspect("db")["Id"]}


def test_a_job_of_compose_run_is_left_alone(start: Start, stack: Stack, shop: Project) -> None:
    shop("run", "-d", "--no-deps", "--name", stack.name("job"), "db")
    job = stack.inspect(stack.name("job"))
    daemon = start().looked()

    publish(stack, "new")
    for service in ("db", "web"):
        daemon.wait("container updated", container=shop.container(service))

    assert daemon.stop() == 0
    found = stack.inspect(stack.name("job"))
    assert (found["Id"], found["State"]["StartedAt"]) == (job["Id"], job["State"]["StartedAt"])
    assert daemon.about(stack.name("job")) == []
