"""Jobs that must have succeeded before others (`service_completed_successfully`)."""

from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, App
from tests.integration.daemon.apps import is_untouched
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_parallel import count
from tests.testbed.cli import Commands, Result
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

MIGRATED = """
services:
  web:
    image: {image}
    command: ["sh", "-c", "httpd -f -h /www & trap 'exit 0' TERM; wait"]
    labels: &followed {{ctr-updater.enable: "true", ctr-updater.source: local}}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
  migrate:
    image: {image}
    command: ["sh", "-c", "cat /www/index.html >> /data/versions; while test $$WAIT; do :; done; exit $$CODE"]
    labels: *followed
    volumes: ["data:/data"]
volumes: {{data: {{}}}}
"""


@pytest.fixture
def project(project: Project, stack: Stack) -> Project:
    """A web server whose migration has run, from the same image; CODE is the migration's exit code."""
    stack.image(stack.name("app:1"), marker="old", env=["CODE=0"])
    project.write(MIGRATED.format(image=stack.name("app:1")))
    project("up", "-d")
    return project


def versions(stack: Stack, project: Project) -> list[str]:
    """What the migrations have written."""
    volume = f"{project.name}_data:/data"
    return stack.engine.docker(
        "run", "--rm", "-v", volume, stack.name("app:1"), "cat", "/data/versions"
    ).split()


def web_of(stack: Stack, project: Project) -> App:
    found = project.inspect("web")
    return App(project.container("web"), found["Id"], stack.name("app:1"), found["Image"])


def test_a_job_is_run_with_its_new_image_before_its_dependents_begin(
    start: Start, stack: Stack, project: Project
) -> None:
    stack.image(stack.name("app:1"), marker="new", env=["CODE=0"])

    with stack.events() as events:
        daemon = start()
        told = story(events, ends=2)
    daemon.wait("container updated", container=project.container("web"))

    assert told == one_after_another(project.container("migrate"), project.container("web"))
    assert versions(stack, project) == ["old", "new"]
    assert project.inspect("migrate")["State"]["ExitCode"] == 0


def test_a_job_that_a_person_names_alone_is_run_with_its_new_image(
    cli: Commands, stack: Stack, project: Project
) -> None:
    stack.image(stack.name("app:1"), marker="new", env=["CODE=0"])

    done = cli("watcher", "update", project.container("migrate"), env=QUICK)

    assert done.code == 0, done
    assert versions(stack, project) == ["old", "new"]


def test_a_job_that_fails_holds_its_dependents_back(start: Start, stack: Stack, project: Project) -> None:
    web = web_of(stack, project)
    stack.image(stack.name("app:1"), marker="new", env=["CODE=3"])

    daemon = start()
    line = daemon.wait("container held back", container=web.name)

    assert line["why"] == f"{project.container('migrate')} ended with exit code 3"
    assert is_untouched(stack, web)
    assert versions(stack, project) == ["old", "new"]


def test_a_job_that_somebody_stops_does_not_count_as_done(
    start: Start, stack: Stack, proxy: Proxy, project: Project
) -> None:
    web, job = web_of(stack, project), project.container("migrate")
    stack.image(stack.name("app:1"), marker="new", env=["CODE=0", "WAIT=yes"])
    daemon = start(host=proxy.host)
    stack.wait(lambda: stack.containers().get(job, {}).get("State") == "running")
    cid = stack.containers()[job]["Id"]
    wait_until(lambda: count(proxy, f"^GET /events.*{cid}") > 0, "the daemon to watch the job")

    stack.engine.docker("stop", "-t", "0", job)

    doubt = daemon.wait("container updated with a doubt", container=job)["doubt"]
    assert doubt == f"{job} did not end by itself: somebody stopped it, and it ended with exit code 137"
    assert daemon.wait("container held back", container=web.name)["why"].startswith(job)
    assert is_untouched(stack, web)


def test_dependents_go_on_when_the_job_has_succeeded(start: Start, stack: Stack, project: Project) -> None:
    stack.image(stack.name("app:1"), marker="bad", env=["CODE=3"])
    daemon = start()
    daemon.wait("container held back", container=project.container("web"))

    stack.image(stack.name("app:1"), marker="good", env=["CODE=0"])

    daemon.wait("container updated", container=project.container("web"))
    assert versions(stack, project) == ["old", "bad", "good"]


def test_one_pass_waits_for_the_job(once: Callable[..., Result], stack: Stack, project: Project) -> None:
    stack.image(stack.name("app:1"), marker="new", env=["CODE=0"])

    assert once().code == 0

    assert versions(stack, project) == ["old", "new"]
    assert project.inspect("web")["Config"]["Labels"]["marker"] == "new"


def test_a_job_that_fails_by_hand_holds_its_dependents_back(
    cli: Commands, stack: Stack, project: Project
) -> None:
    web = web_of(stack, project)
    stack.image(stack.name("app:1"), marker="new", env=["CODE=3"])

    names = (web.name, project.container("migrate"))
    done = cli("watcher", "update", "--no-pull", *names, env=QUICK)

    assert done.code == 6
    assert f"{web.name}: held back: {project.container('migrate')} failed" in done.err
    assert is_untouched(stack, web)


def test_up_finds_nothing_to_do_afterwards(
    once: Callable[..., Result], stack: Stack, project: Project
) -> None:
    stack.image(stack.name("app:1"), marker="new", env=["CODE=0"])
    assert once().code == 0
    before = project.ids()

    project("up", "-d")

    assert project.ids() == before
