"""Both matrices: what an update makes of each line, compared with what was there, and with a fresh run."""

from typing import Any

import pytest

from tests.integration.container.fidelity.conftest import Update
from tests.integration.container.fidelity.ground import Ground
from tests.integration.container.fidelity.images import NEW, OLD, load
from tests.integration.container.fidelity.lines import LINES, Line
from tests.integration.container.fidelity.normal import comparable, everything
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError

pytestmark = pytest.mark.matrix

each_line = pytest.mark.parametrize("line", LINES, ids=[line.name for line in LINES])


@each_line
def test_a_rebuild_with_the_same_config_changes_nothing_at_all_not_even_the_second_time(
    line: Line, engine: PrivateEngine, ground: Ground, update: Update
) -> None:
    line = laid(line, engine, ground)
    image = ground.stack.name("app:1")
    load(ground.stack, image, OLD)
    name = run(line, ground, image)
    before = ground.stack.inspect(name)

    for build in (1, 2):
        load(ground.stack, image, OLD, build=build)
        after = update(name)

        assert comparable(after) == comparable(before)
        assert kept(line, after) == kept(line, before)


@each_line
def test_with_other_defaults_in_the_new_image_it_is_as_if_run_afresh_on_it(
    line: Line, engine: PrivateEngine, ground: Ground, update: Update
) -> None:
    line = laid(line, engine, ground)
    image = ground.stack.name("app:1")
    load(ground.stack, image, OLD)
    name = run(line, ground, image)
    load(ground.stack, image, NEW)

    after = update(name)

    ground.stack.engine.docker("rm", "-f", name)
    fresh = ground.stack.inspect(run(line, ground, image))
    assert without_data_of_old(comparable(after, volumes=False)) == comparable(fresh, volumes=False)


def laid(line: Line, engine: PrivateEngine, ground: Ground) -> Line:
    if [int(part) for part in engine.version.split(".")] < [int(part) for part in line.since.split(".")]:
        pytest.skip(f"an option of engine {line.since}")
    return ground.lay(line)


def run(line: Line, ground: Ground, image: str) -> str:
    try:
        return ground.run(line, image)
    except BedError as error:
        if line.optional:
            pytest.skip(f"this machine cannot run the line: {error}")
        raise


def kept(line: Line, container: dict[str, Any]) -> dict[str, Any]:
    flat = everything(container)
    return {path: flat[path] for path in line.keeps}


def without_data_of_old(flat: dict[str, Any]) -> dict[str, Any]:
    """Leave out the volume of a path that only the old image declares: a fresh run has no data to keep."""
    return {path: value for path, value in flat.items() if not path.startswith("Mounts//old<anonymous>/")}
