"""Reads what a judgement of a service needs: from the swarm, from its registry, and what is remembered."""

import time

from attrs import evolve, field

from watcher.check.verdict import Status, Verdict
from watcher.config.policy import Policy
from watcher.config.setting import label
from watcher.engine.images import known_image
from watcher.engine.swarm import Swarm
from watcher.host.context import Context
from watcher.model.errors import NotFound, RegistryError, Trouble, UnreadableSetting
from watcher.model.json_object import Json
from watcher.model.labels import ENABLE, GATE, RELEASE_URL
from watcher.model.reference import ImageRef, readable
from watcher.model.update_events import By
from watcher.model.values import frozen
from watcher.registry.manifests import IndexEntry, is_index, rows_of
from watcher.registry.messages import garbage
from watcher.swarm.judgement import ServiceFacts, judge, lacking, pinned_verdict
from watcher.swarm.placement import may_run
from watcher.swarm.progress import of_digest
from watcher.swarm.spec import Service

# What replaces a container, and what an engine keeps, is the swarm's affair.
_WITHOUT_MEANING = ("source", "depends_on", "stop_timeout", "cleanup", "keep", "keep_for")
_LOCAL = (
    "it follows the tag of this engine alone (ctr-updater.source=local), and its nodes pull from a registry"
)


_ASKED_IN_IT = (
    "a service is not asked in its containers, and without that it is not updated: {} has no meaning on it"
)


def _unheeded(policy: Policy) -> str:
    """Which wish of a service's labels nobody would heed, for which it is not updated; empty for none."""
    if policy.source == "local":
        return _LOCAL
    asked = [name for name in ("veto_file", "hook_pre_update", "hook_post_update") if getattr(policy, name)]
    return _ASKED_IN_IT.format(label(asked[0])) if asked else ""


def is_followed(context: Context, service: Service) -> bool:
    """Whether a service opted in: its label says true, or cannot be read; of jobs no others ever."""
    said = service.labels.get(ENABLE, "").strip()
    return said != "false" and (bool(said) or (context.follows_all and not service.is_job))


@frozen
class Found:
    """A service that was judged.

    Attributes:
        service: As read.
        policy: Its settings; None where its labels cannot be read.
        verdict: The answer.
        goes_back: Whether it is to go back to an image, and not on to what its tag means.
    """

    service: Service
    policy: Policy | None
    verdict: Verdict
    goes_back: bool = False

    @property
    def name(self) -> str:
        """What it is called: `service/NAME`."""
        return self.service.name

    @property
    def remarks(self) -> list[str]:
        """What people should know of its labels, a line each."""
        ours = [label(name) for name in _WITHOUT_MEANING if self.service.labels.get(label(name), "").strip()]
        if "{version}" in self.service.labels.get(RELEASE_URL, ""):
            ours.append(f"{RELEASE_URL} with {{version}}")  # no engine has the image that would tell it
        return [f"the label {name} has no meaning on a service" for name in ours]


@frozen
class Reader:
    """Reads services; what a registry said is kept until `forget`, so that many ask for a tag once.

    Args:
        context: The engine, the registries and what is remembered.
        asks: Whether registries are asked; else what they said last counts.
    """

    context: Context
    asks: bool = True
    _said: dict[str, str | RegistryError] = field(factory=dict)
    _fresh: set[str] = field(factory=set)
    _indexes: dict[str, list[IndexEntry]] = field(factory=dict)

    @property
    def swarm(self) -> Swarm:
        """Where the services are."""
        return Swarm(self.context.engine)

    def for_looks(self, context: Context) -> "Reader":
        """A reader that asks no registry: it goes by what this reader heard last."""
        return evolve(self, context=context, asks=False)

    def for_updates(self, context: Context) -> "Reader":
        """A reader for requests of another context, which hears what this reader hears."""
        return evolve(self, context=context)

    def asked_by(self, by: By | None) -> "Reader":
        """The same reader for updates that somebody else asks for; None changes nothing."""
        return self.for_updates(evolve(self.context, by=by)) if by else self

    def forget(self) -> None:
        """Ask registries anew; what was not asked since the last time goes."""
        for tag in self._said.keys() - self._fresh:
            del self._said[tag]
        for digest in self._indexes.keys() - self._said.values():
            del self._indexes[digest]
        self._fresh.clear()

    def forget_tag(self, service: Service) -> None:
        """Ask the registry anew for the tag of one service."""
        self._fresh.discard(str(service.tag))

    def known(self, service: Service) -> str:
        """The digest that the tag of a service meant when it was asked for last; empty where nobody knows."""
        said = self._said.get(str(service.tag))
        return said if isinstance(said, str) else ""

    async def found(self, said: Json, *, waits: bool = True) -> Found:
        """Judge a service.

        Args:
            said: The service.
            waits: Whether its cooldown counts; it does not where a person asks for the update.

        Raises:
            RegistryError: Its registry could not be asked.
        """
        service = Service(said)
        try:
            policy = self._policy(service)
        except UnreadableSetting as error:
            return Found(service, None, Verdict(Status.UNKNOWN, str(error), service.digest))
        if service.tag is None:
            return Found(service, policy, pinned_verdict(service))
        if why := _unheeded(policy):
            return Found(service, policy, Verdict(Status.UNKNOWN, why, service.digest))
        cooldown = policy.cooldown if waits else 0.0
        return Found(service, policy, judge(await self._facts(service, service.tag, cooldown)))

    async def shown(self, said: Json) -> Found:
        """Judge a service for people: what could not be asked is unknown."""
        try:
            return await self.found(said)
        except RegistryError as error:
            service = Service(said)
            return Found(service, self._policy(service), Verdict(Status.UNKNOWN, str(error), service.digest))

    def _policy(self, service: Service) -> Policy:
        """A service's settings, with its hooks, though none run: the verdict tells people so.

        Raises:
            UnreadableSetting: A label cannot be read, or names a gate that there is not.
        """
        policy = self.context.defaults.with_labels(service.labels)
        self.context.gates.refuse_unknown(policy.gate, GATE)
        return policy

    async def _facts(self, service: Service, tag: ImageRef, cooldown: float) -> ServiceFacts:
        memory, digest = self.context.memory, await self._digest(tag)
        here = frozenset[str]() if service.digest else await self._here(service, tag)
        is_new = digest not in {service.digest, *here}
        decisions = await memory.decisions.read()
        return ServiceFacts(
            service,
            digest,
            here,
            failure=await memory.services.of(service.id),
            is_back=is_new and await self._is_back(service, digest),
            is_released=decisions.is_released(service.name, digest),
            since=await self._since(tag, digest),
            cooldown=cooldown,
            now=time.time(),
            lack=await self._lack(service, tag, digest) if is_new else "",
        )

    async def _since(self, tag: ImageRef, digest: str) -> float:
        """When a tag began to mean an image; a reader that asks no registry has nothing to note."""
        memory, name = self.context.memory, f"service {tag}"
        if self.asks:
            return (await memory.saw(name, {digest}, "")).since
        last = await memory.seen(name)
        return last.since if last and digest in last.identities else time.time()

    async def _digest(self, tag: ImageRef) -> str:
        said = self._said.get(str(tag))
        if self.asks and (str(tag) not in self._fresh or not isinstance(said, str)):
            said = self._said[str(tag)] = await self._asked(tag)
            self._fresh.add(str(tag))
        if isinstance(said, RegistryError):
            raise said.with_traceback(None)
        if said is None:
            raise RegistryError(f"{tag.familiar}: its registry was not asked yet", trouble=Trouble.OTHER)
        return said

    async def _asked(self, tag: ImageRef) -> str | RegistryError:
        try:
            return (await self.context.registries.descriptor(tag)).digest
        except RegistryError as error:
            return error

    async def _is_back(self, service: Service, digest: str) -> bool:
        """Whether a service's last update went back from a digest: the swarm by itself, or somebody.

        It does not count where a node was to blame, and not the image.
        """
        if not service.is_going_back or await self.context.memory.services.is_excused(service.id, digest):
            return False
        before = service.before
        is_known = before is not None and before.digest == digest
        return is_known or of_digest(await self.swarm.tasks(service.id), digest)

    async def _lack(self, service: Service, tag: ImageRef, digest: str) -> str:
        """What an image has not got for a node that may run it."""
        index = await self._index(tag, digest)
        return lacking(tag, index, may_run(service, await self.swarm.nodes())) if index else ""

    async def _index(self, tag: ImageRef, digest: str) -> list[IndexEntry]:
        """The rows of an index; none where it is a manifest, whose platform its config alone tells."""
        if digest not in self._indexes:
            if not self.asks:
                return []
            content = await self.context.registries.manifest(tag, digest)
            try:
                self._indexes[digest] = rows_of(content) if content and is_index(content) else []
            except ValueError as error:
                what = f"tell which platforms {tag.familiar} is for"
                raise garbage(what, f"what it sent is odd: {error}") from None
        return self._indexes[digest]

    async def _here(self, service: Service, tag: ImageRef) -> frozenset[str]:
        """The digests of the image that all its tasks run; none where one is on another node."""
        known: list[set[str]] = []
        for task in await self.swarm.tasks(service.id):
            status = task.get("Status") or {}
            if status.get("State") == "running":
                known.append(await self._of_container(status.get("ContainerStatus") or {}, tag))
        return frozenset(set.intersection(*known)) if known else frozenset()

    async def _of_container(self, status: Json, tag: ImageRef) -> set[str]:
        engine = self.context.engine
        try:
            container = await engine.container(str(status.get("ContainerID")))
        except NotFound:
            return set()
        image = await known_image(engine, container["Image"]) or {}
        known = filter(None, map(readable, image.get("RepoDigests") or []))
        return {ref.digest for ref in known if ref.repository == tag.repository}
