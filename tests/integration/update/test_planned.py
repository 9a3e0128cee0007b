"""The whole plan of an update that concerns others, as `--dry-run` shows it."""

import re

import pytest

from tests.integration.apps import ENABLED, App, outdated
from tests.integration.shared_namespaces import joined, joining
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

COMPOSE = "com.docker.compose."


def service(name: str, depends_on: str = "") -> list[str]:
    """The options that make a container one of a service of Compose."""
    about = {"project": "shop", "service": name, "depends_on": depends_on}
    return [text for key, value in about.items() for text in ("--label", f"{COMPOSE}{key}={value}")]


def everybody(stack: Stack, *options: object) -> App:
    """A container with an update, and one of each kind that this may concern; returns the first."""
    web = outdated(stack, *service("web"), *options)
    joined(stack, *joining(web, "--network"), name="side")
    joined(stack, *joining(web, "--link"), *ENABLED, make=outdated, name="app", marker="one")
    joined(stack, *service("worker", "web:service_healthy:true"), name="worker")
    joined(stack, *service("other", "web:service_healthy:false"), name="other")
    one_off = ("--label", f"{COMPOSE}oneoff=True")
    joined(stack, *one_off, *joining(web, "--network"), name="run")
    return web


def test_the_plan_names_whom_it_concerns_and_a_cause_for_each_step_and_changes_nothing(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = everybody(stack)

    done = cli("watcher", "update", "--dry-run", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})

    assert (done.code, done.err, proxy.changes) == (0, "", [])
    assert re.sub(r"\b[0-9a-f]{12}\b", "ID", done.out.replace(f"{stack.prefix}-", "")) == PLAN


PLAN = """\
web: update available: web-app:1 was ID, is ID
  with it: app links to web (app-app:1 was ID, is ID)
  with it: side shares the network of web (same image)
  left alone: run (docker compose run) shares the network of web and loses it
  1. web: create its successor: what cannot be created must fail while the old one serves
  2. app: create its successor: it holds on to the id of web
  3. side: create its successor: it holds on to the id of web
  4. side: stop it: it must not outlive what it holds on to
  5. app: stop it: it must not outlive what it holds on to
  6. web: stop it: two of them must not run at once
  7. web: rename it aside: it stays whole until its successor has proved itself
  8. web: give the successor its name: names are fixed in logs and DNS when a container starts
  9. web: start the successor: it is to be in the state that the old one was in
  10. web: prove the successor: a container that starts is not yet one that works
  11. app: rename it aside: it stays whole until its successor has proved itself
  12. app: give the successor its name: names are fixed in logs and DNS when a container starts
  13. app: start the successor: it is to be in the state that the old one was in
  14. side: rename it aside: it stays whole until its successor has proved itself
  15. side: give the successor its name: names are fixed in logs and DNS when a container starts
  16. side: start the successor: it is to be in the state that the old one was in
  17. app: prove the successor: a container that starts is not yet one that works
  18. side: prove the successor: a container that starts is not yet one that works
  19. worker: restart it: depends_on web (service_healthy), restart: true
  20. web: remove the old container: all have proved themselves, and none needs it any more; its volumes stay
  21. app: remove the old container: nothing needs it any more; its volumes stay
  22. side: remove the old container: nothing needs it any more; its volumes stay
"""
