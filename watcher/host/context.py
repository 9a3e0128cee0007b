"""One engine with all that commands and the daemon need beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve, field

from watcher.config.engines import SOLE
from watcher.config.gates import Gates
from watcher.config.policy import Policy
from watcher.container.downtime import Downtimes
from watcher.engine.client import Engine
from watcher.host.gate_slots import GateSlots
from watcher.host.inventory import in_scope, opted_in
from watcher.host.namespace_cache import NamespaceCache
from watcher.host.own_container import OwnContainer
from watcher.host.watchtowers import Watchtowers
from watcher.model import watchtower
from watcher.model.errors import EngineUnavailable, UnreadableSetting
from watcher.model.json_object import Json
from watcher.model.labels import ENABLE, GATE
from watcher.model.values import frozen
from watcher.store.state import Memory

if TYPE_CHECKING:  # a mere look needs neither, and each takes long to import
    from watcher.host.images import Registries
    from watcher.host.notes import Notes
    from watcher.host.publisher import Publisher
    from watcher.model.update_events import AttemptKind, By

# Tells whether the engine is gone, after a request of it failed so, and says that.
IsGone = Callable[[EngineUnavailable], Awaitable[bool]]


@frozen
class Context:
    """One engine, what is remembered of it, and what was chosen.

    Attributes:
        engine: Open.
        memory: The state folder.
        defaults: The settings of containers whose labels do not say otherwise, `enable` with `--watch all`.
        open_registries: Gives where images come from, the same each time.
        open_notes: Gives what is noted of open updates, the same each time.
        open_events: Gives where events are told, the same each time.
        own: The container that this program runs in.
        namespaces: What was learnt of the ties between containers.
        downtimes: Which containers are down just now.
        by: Who asks for updates.
        kind: What an update is recorded as.
        grace: Seconds after a schedule's moment in which an update may still begin.
        freeze: The days on which no update begins.
        hooks: Whether hooks run.
        engine_name: What people call the engine.
        prefix: What is put before the names of its containers, where there are several engines.
        watchtower: Whether Watchtower's labels count where ours are absent.
        gates: The gates that there are.
        gate_slots: The questions that gates are asked just now.
        watchtowers: The Watchtowers that run beside, as they were last seen.
        lacks: What a successor must show elsewhere, too, as `readiness.Demand` has it; one at most.
    """

    engine: Engine
    memory: Memory
    defaults: Policy
    open_registries: Callable[[], Registries]
    open_notes: Callable[[], Notes]
    open_events: Callable[[], Publisher]
    own: OwnContainer = field(factory=OwnContainer)
    namespaces: NamespaceCache = field(factory=NamespaceCache)
    downtimes: Downtimes = field(factory=Downtimes)
    by: By = "cli"
    kind: AttemptKind = "update"
    grace: float = 3600.0
    freeze: str = ""
    hooks: bool = False
    engine_name: str = SOLE
    prefix: str = ""
    watchtower: bool = False
    gates: Gates = field(factory=Gates)
    gate_slots: GateSlots = field(factory=GateSlots)
    watchtowers: Watchtowers = field(factory=Watchtowers)
    lacks: tuple[Callable[[], str], ...] = ()

    def looking(self) -> Context:
        """This context for one look, which inspects each image once."""
        return evolve(self, engine=self.engine.looking())

    @property
    def follows_all(self) -> bool:
        """Whether every container is followed that does not opt out."""
        return self.defaults.enable

    @property
    def may_follow(self) -> dict[str, str]:
        """The filter of a list call for the containers that may have opted in."""
        return {} if self.follows_all or self.watchtower else {"label": ENABLE}

    def may_be_followed(self, labels: Mapping[str, str]) -> bool:
        """Whether a container with these labels may have opted in."""
        said = watchtower.shown(labels) if self.watchtower else {}
        return self.follows_all or ENABLE in labels or ENABLE in said

    async def opted_in(self, rows: list[Json]) -> list[Json]:
        """The rows whose containers opted in; with `watchtower`, those in the own container's scope."""
        own = await self.own.find(self.engine)
        found = opted_in(rows, own, every=self.follows_all)
        return in_scope(found, rows, own) if self.watchtower else found

    def policy_of(self, container: Json) -> Policy:
        """The settings of a container, listed or inspected; what a Watchtower updates is only told of.

        Raises:
            UnreadableSetting: A label cannot be read, or names a gate that there is not.
        """
        return self._beside(container, self.with_labels(watchtower.settings_of(container)))

    def readable_policy(self, container: Json) -> Policy | None:
        """The same; None where it cannot be read, so that nothing is done on its account."""
        try:
            return self.policy_of(container)
        except UnreadableSetting:
            return None

    def _beside(self, container: Json, policy: Policy) -> Policy:
        return evolve(policy, mode="notify") if self.watchtowers.at(container) else policy

    def with_labels(self, labels: Mapping[str, str] | None) -> Policy:
        """The settings of a container with these labels; without its hooks where none run.

        Raises:
            UnreadableSetting: A label cannot be read, or names a gate that there is not.
        """
        policy = self.defaults.with_labels(labels)
        self.gates.refuse_unknown(policy.gate, GATE)
        return policy if self.hooks else policy.without_hooks

    def told(self, error: object) -> str:
        """A line about this engine, which says which one it is where there are several."""
        return f"{self.prefix.removesuffix('/')}: {error}" if self.prefix else str(error)

    @cached_property
    def registries(self) -> Registries:
        """Where images come from."""
        return self.open_registries()

    @cached_property
    def notes(self) -> Notes:
        """What is noted of open updates."""
        return self.open_notes()

    @cached_property
    def events(self) -> Publisher:
        """Where it is told what happens."""
        return self.open_events()
