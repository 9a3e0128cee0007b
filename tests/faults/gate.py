"""A gate for those whose update asks one: its image, and the file that defines what it says."""

from pathlib import Path

from tests.testbed import images
from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry

NAME = "signed"


class Gatehouse:
    """Gates by their exit codes, and the registry by which images have the digests that gates judge.

    Args:
        engine: Where gates run.
        folder: Empty; for the files.
    """

    def __init__(self, engine: PrivateEngine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._registry = PrivateRegistry().start()
        self._image = self.pushed(images.image(engine, self.named("gate:1"), expose=[]), "gate")

    def named(self, name: str) -> str:
        """A name in the registry."""
        return f"{self._registry.address}/{name}"

    def pushed(self, image: str, repository: str) -> str:
        """Push an image of the engine; returns its repository with its digest."""
        reference = f"{self.named(repository)}:1"
        self._engine.docker("tag", image, reference)
        self._engine.docker("push", "--quiet", reference)
        found: list[str] = self._engine.api("GET", f"/images/{image}/json")[1]["RepoDigests"]
        return next(each for each in found if each.startswith(f"{self.named(repository)}@"))

    def file(self, code: int) -> Path:
        """The gates' file in which the gate ends with this code."""
        path = self._folder / f"gates-{code}.toml"
        path.write_text(
            f"[{NAME}]\nimage = '{self._image}'\nentrypoint = ['/bin/sh']\n"
            f"command = ['-c', 'exit {code}', 'gate', '{{image}}']\n"
        )
        return path

    def close(self) -> None:
        self._registry.down()
