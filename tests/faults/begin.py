"""Makes a container of a kind for one trial, and removes all of it afterwards."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from tests.faults.fixture_engine import World
from tests.faults.kinds import Kind
from tests.faults.scenario import Trial

T = TypeVar("T", bound=Trial)


class Begin:
    """A call is a context manager, in which a trial goes on.

    Args:
        world: Where the containers are.
        directory: Empty; each trial gets a folder of its own in it.
    """

    def __init__(self, world: World, directory: Path) -> None:
        self._world = world
        self._folders = (directory / str(number) for number in itertools.count())

    @contextlib.contextmanager
    def __call__(self, kind: Kind, trial: type[T]) -> Iterator[T]:
        """Make a container of a kind, and a trial of this class with it."""
        try:
            with trial(self._world, self._world.begin(kind), next(self._folders)) as made:
                yield made
        finally:
            self._world.clean()
