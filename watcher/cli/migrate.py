"""`watcher migrate [CONTAINER]`: reads a Watchtower from the engine, and prints a service of ours."""

import click

from watcher.cli.compose_service import written
from watcher.cli.migration import service_of
from watcher.cli.output import complain
from watcher.cli.session import Command
from watcher.config.watchtower import is_watchtower
from watcher.host.context import Context
from watcher.host.fleet import Fleet
from watcher.host.lookup import find
from watcher.model.errors import NoSuchContainer, Refused
from watcher.model.inspection import Container, reference_of
from watcher.model.json_object import Json


def migrate(name: str) -> Command:
    """Print the service that takes a Watchtower's place; changes nothing."""

    async def command(fleet: Fleet) -> int:
        container = await _meant(fleet, name) if name else await _only(fleet)
        service = service_of(container)
        for line in service.unmet:
            complain(f"{service.name}: without a counterpart: {line}")
        click.echo(written(service))
        return 0

    return command


async def _meant(fleet: Fleet, name: str) -> Json:
    context, there = await fleet.one(name)
    container = await find(context.engine, there)
    if not is_watchtower(reference_of(container)):
        raise Refused(
            f"{name} is no Watchtower: its image is {reference_of(container)}",
            advice="name the container that runs Watchtower",
        )
    return container


async def _only(fleet: Fleet) -> Json:
    found = [each for context in fleet.here for each in await _watchtowers(context)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(Container(each).name for each in found)
    raise NoSuchContainer(
        f"there are several Watchtowers: {names}" if found else "no container runs Watchtower here",
        advice="name one of them" if found else "name its container, if its image is called otherwise",
    )


async def _watchtowers(context: Context) -> list[Json]:
    rows = await context.engine.containers(stopped=True)
    found = [await context.engine.container(row["Id"]) for row in rows if _may_be(row["Image"])]
    return [each for each in found if is_watchtower(reference_of(each))]


def _may_be(image: str) -> bool:
    """Whether a listed container may be one: its image is shown by its id once its tag has moved."""
    return image.startswith("sha256:") or is_watchtower(image)
