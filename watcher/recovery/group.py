"""Which open updates belong together, and where each of them goes.

A container and its dependents are replaced as one. The names of the container itself say where all of them
go: forward where its successor has the name, else back. So the open update of the root is settled first, and
the others follow it (`Way`). Pure: no I/O.
"""

from collections.abc import Mapping

from watcher.dependencies.namespaces import Way, made_anew, providers, way
from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.recovery.state import Scene
from watcher.recovery.table import Recovery, Respawn


@frozen
class OpenUpdates:
    """All open updates, as the engine shows them at one moment.

    Attributes:
        scenes: Each open update, by the name of its container.
        names: The names of all containers by their ids, temporary ones included.
        inspects: The old containers and the successors that are there, as inspected, by their ids.
    """

    scenes: Mapping[str, Scene]
    names: Mapping[str, str]
    inspects: Mapping[str, Json]

    def recovery(self, name: str) -> Recovery | None:
        """What an open update's own names ask for; None where none is open, or only a person can decide."""
        scene = self.scenes.get(name)
        return None if scene is None or scene.aside else scene.recovery

    def way(self, name: str) -> Way:
        """Where a container's open update goes, by its providers' names; its own way where none is open."""
        if name not in self.scenes:
            return Way.OWN
        old, new = (self.inspects.get(cid) for cid in self.scenes[name].pair)
        return way(old, new, self.names) if old else Way.OWN

    def renewed(self, name: str) -> Mapping[str, str]:
        """The ids of an old container's providers that were made anew, by the ids that it holds on to."""
        old = self.inspects.get(self.scenes[name].pair[0])
        return made_anew(old, self.names) if old else {}

    def concerned(self, name: str) -> tuple[str, ...]:
        """The containers whose open updates are settled together with that of a container, its root first.

        Orphaned spares are among them: nothing ties them to one container any more.
        """
        root = self.root(name)
        return tuple(dict.fromkeys((root, *self.members(root), *filter(self.is_orphaned, self.scenes))))

    def is_orphaned(self, name: str) -> bool:
        """Whether a spare alone is left of a container, and what it would hold on to is gone."""
        recovery = self.recovery(name)
        kept = self.inspects.get(recovery.spare) if isinstance(recovery, Respawn) else None
        return kept is not None and not providers(kept, self.names) <= self.names.keys()

    def root(self, name: str) -> str:
        """The container whose open update decides over that of `name`: its own name where none does."""
        seen = {name}
        while above := [each for each in self.scenes if each not in seen and self._leans(name, each)]:
            name = min(above)
            seen.add(name)
        return name

    def members(self, root: str) -> tuple[str, ...]:
        """The dependents whose open updates follow that of the root, providers first."""
        found, fresh = {root}, {root}
        while fresh:
            fresh = {
                each
                for each in self.scenes.keys() - found
                if any(self._leans(each, other) for other in fresh)
            }
            found |= fresh
        rest, result = sorted(found - {root}), list[str]()
        while rest:
            ready = (each for each in rest if not any(self._leans(each, other) for other in rest))
            result.append(next(ready, rest[0]))
            rest.remove(result[-1])
        return tuple(result)

    def _leans(self, name: str, on: str) -> bool:
        return name != on and not self._held(name).isdisjoint(self._ids(on))

    def _held(self, name: str) -> set[str]:
        pair = self.scenes[name].pair if name in self.scenes else ()
        return {
            each for cid in pair if cid in self.inspects for each in providers(self.inspects[cid], self.names)
        }

    def _ids(self, name: str) -> set[str]:
        """The ids of a container, of its successor and of the old container that was set aside."""
        now = {cid for cid, each in self.names.items() if each == name}
        return now | (set(self.scenes[name].pair) if name in self.scenes else set())
