"""Compose's hooks are run by Compose alone: an update runs neither, as docs/limits.md says."""

from tests.integration.apps import QUICK
from tests.integration.daemon.projects import Project
from tests.integration.daemon.test_compose import FOLLOWED
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

SERVICE = """
services:
  web:
    image: {image}
    labels: {followed}
    volumes: ["data:/data"]
    post_start: [{{command: [sh, -c, "echo started >> /data/hooks"]}}]
    pre_stop: [{{command: [sh, -c, "echo stopped >> /data/hooks"]}}]
volumes: {{data: {{}}}}
"""


def hooks(stack: Stack, project: Project) -> list[str]:
    """Those that were run, in their order."""
    return stack.engine.docker("exec", project.container("web"), "cat", "/data/hooks").split()


def test_an_update_runs_no_hook_of_compose_and_compose_goes_on_to(
    cli: Commands, stack: Stack, project: Project
) -> None:
    image = stack.name("web:1")
    stack.image(image, marker="old")
    project.write(SERVICE.format(image=image, followed=FOLLOWED))
    project.up()
    before = hooks(stack, project)
    stack.image(image, marker="new")

    done = cli(*UPDATE, project.container("web"), env=QUICK)

    assert (done.code, before, hooks(stack, project)) == (0, ["started"], ["started"])
    project("stop")
    project.up()
    assert hooks(stack, project) == ["started", "stopped", "started"]
