"""An engine with bystanders, on which one container after another is made, updated and examined.

Images, networks and bystanders are made once; a container costs a few calls of the API.
"""

import ipaddress
import tempfile
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.faults.gate import NAME, Gatehouse
from tests.faults.kinds import Kind
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.images import Options
from tests.testbed.ports import free_port
from tests.testbed.processes import run
from tests.testbed.stack import Stack
from watcher.model.names import name_of

Json = dict[str, Any]
_WAIT = "trap 'exit 0' TERM INT; sleep 100000 & wait"  # the shell is process 1: it would ignore SIGTERM
_TEMPORARY = ".ctr-updater-"
_SPARE = ".ctr-updater-old-"
_GATE = "ctr-updater-gate-"


@frozen
class Subject:
    """A container about to be updated.

    Attributes:
        name: Of the container.
        kind: What it is.
        old: The id of its image.
        new: The id of the image that its tag means by now, or that it is to go back to.
        before: Its inspect.
        volumes: Every volume of the engine.
        data: What each of its volumes holds, by the volume's name.
        bystanders: What must not change of each, by its name.
        joined: The inspects of those that hold on to it, by their names, providers first.
    """

    name: str
    kind: Kind
    old: str
    new: str
    before: Json
    volumes: frozenset[str]
    data: dict[str, str]
    bystanders: dict[str, tuple[str, str]]
    joined: dict[str, Json]


class World:
    """One engine's; `begin` and `clean` come in turns.

    Attributes:
        engine: Where it is.
        deaths: How often the engine ended since `begin`.
    """

    def __init__(self, engine: PrivateEngine) -> None:
        self.engine = engine
        self.deaths = 0
        self._stack = Stack(engine)
        self._images: dict[str, tuple[str, str]] = {}
        self._networks = [self._network(number) for number in (0, 1)]
        self._folder = Path(tempfile.mkdtemp(dir=engine.directory))
        self._file = self._folder / "compose.yaml"
        self._gates: Gatehouse | None = None
        self._port = free_port()
        self._bystanders = self._make_bystanders()
        self._kept = self._volumes()
        self._joined_image = self._stack.name("joined:1")
        self._stack.image(self._joined_image, cmd=_WAIT)

    def ask(self, method: str, target: str, body: Any = None) -> Any:
        """Make a call that must succeed, and return its answer.

        Raises:
            BedError: It did not.
        """
        status, answer = self.engine.api(method, target, body)
        if status >= 400:
            raise BedError(f"{method} {target}: {status} {answer}")
        return answer

    def begin(self, kind: Kind) -> Subject:
        """Run a container of this kind on the old image, with data, and let its tag mean the new one."""
        self.clean()  # the trial before may have been cut short, with the engine down
        self.deaths = 0
        for bystander in self._bystanders:
            self.ask("POST", f"/containers/{bystander}/start")
        old, new = self._pair(kind)
        name, reference = self._stack.name("web"), self._repository(kind)
        self.ask("POST", f"/images/{old}/tag?repo={reference}&tag=1")
        if kind.compose:
            name = self._compose(reference)
        else:
            self.ask("POST", f"/containers/create?name={name}", self._body(kind, f"{reference}:1"))
            self._connect(kind, name)
            self.ask("POST", f"/containers/{name}/start")
        joined = self._join(kind, name)
        if not kind.back:
            self.ask("POST", f"/images/{new}/tag?repo={reference}&tag=1")
        before = self.inspect(name)
        volumes = [mount for mount in before["Mounts"] if mount["Type"] == "volume"]
        for mount in volumes:
            _memo(mount).write_text(mount["Name"])
        data = {mount["Destination"]: mount["Name"] for mount in volumes}
        return Subject(name, kind, old, new, before, self._volumes(), data, self.bystanders(), joined)

    @property
    def network(self) -> str:
        """One that nobody but the container is on."""
        return self._networks[1][0]

    def compose(self, *arguments: str) -> list[str]:
        """What a person types about the project."""
        return ["docker", "compose", "-p", self._stack.name("p"), "-f", str(self._file), *arguments]

    def inspect(self, name: str) -> Json:
        found: Json = self.ask("GET", f"/containers/{name}/json")
        return found

    def rows(self) -> dict[str, Json]:
        """Every container that is no bystander, as listed, by its name."""
        listed = {name_of(row): row for row in self.ask("GET", "/containers/json?all=1")}
        return {name: row for name, row in listed.items() if name not in self._bystanders}

    def is_open(self, name: str = "") -> bool:
        """Whether an update is open, of one or of any: a container bears a temporary name."""
        return any(f"{name}{_TEMPORARY}" in each for each in self.rows())

    def is_removing(self) -> bool:
        """Whether the engine is in the middle of a removal: the container has no name any more."""
        return any(not row["Names"] for row in self.rows().values())

    def has_spare(self) -> bool:
        """Whether something is kept that a container can be made anew from, after it has removed itself."""
        return any(_SPARE in name for name in self.rows())

    def removed_gates(self) -> bool:
        """Remove the containers of gates; returns whether there was one."""
        runs = [row for name, row in self.rows().items() if name.startswith(_GATE)]
        for row in runs:
            self.ask("DELETE", f"/containers/{row['Id']}?force=1")
        return bool(runs)

    def bystanders(self) -> dict[str, tuple[str, str]]:
        """The id and the time of the last start of each bystander."""
        found = {name: self.inspect(name) for name in self._bystanders}
        return {name: (each["Id"], each["State"]["StartedAt"]) for name, each in found.items()}

    def volumes_now(self) -> frozenset[str]:
        return self._volumes()

    def environ(self, kind: Kind) -> dict[str, str]:
        """What an updater of this kind is told."""
        gates = (
            {} if kind.gate is None else {"CTR_UPDATER_GATES_FILE": str(self._gatehouse().file(kind.gate))}
        )
        return {"CTR_UPDATER_STABLE_FOR": kind.stable_for, "CTR_UPDATER_HOOKS": "true"} | gates

    def clean(self) -> None:
        """Remove what `begin` and what came after it made."""
        self.engine.start()
        for row in self.rows().values():
            self.engine.api("DELETE", f"/containers/{row['Id']}?force=1&v=1")
        for volume in self._volumes() - self._kept:
            self.ask("DELETE", f"/volumes/{volume}")
        self.engine.api("DELETE", f"/networks/{self._stack.name('p')}_default")
        if self.engine.api("GET", f"/networks/{self.network}")[0] >= 400:
            self._networks[1] = self._network(1)
        if self.deaths:
            # 20.10 and 26.1 may keep the port of a container that they were starting when they died.
            self._port = free_port()

    def close(self) -> None:
        self.engine.start()
        self._stack.clean()
        if self._gates:
            self._gates.close()

    def _gatehouse(self) -> Gatehouse:
        self._gates = self._gates or Gatehouse(self.engine, self._folder)
        return self._gates

    def _repository(self, kind: Kind) -> str:
        return self._stack.name("app") if kind.gate is None else self._gatehouse().named("app")

    def _compose(self, reference: str) -> str:
        """Let Compose make the container; returns its name."""
        volumes = f'["{self._stack.name("named")}:/named", "/anonymous"]'
        named = f"{{{self._stack.name('named')}: {{}}}}"
        self._file.write_text(
            f"services: {{web: {{image: '{reference}:1', volumes: {volumes}}}}}\nvolumes: {named}\n"
        )
        run(*self.compose("up", "-d"), env=self.engine.environ)
        return f"{self._stack.name('p')}-web-1"

    def _make_bystanders(self) -> list[str]:
        """One that looks like what an updater would leave behind, and one that shares a network."""
        image, names = self._stack.name("bystander:1"), []
        self._stack.image(image)
        for suffix, network in (("web_old", "bridge"), ("neighbour", self._networks[0][0])):
            names.append(self._stack.name(suffix))
            self._stack.run(image, "-v", "/data", "--network", network, name=names[-1])
        return names

    def _network(self, number: int) -> tuple[str, str]:
        """A network from the end of the engine's own addresses, and the static address on it."""
        subnet: ipaddress.IPv4Network = list(self.engine.subnet.subnets(new_prefix=27))[-1 - number]
        name = self._stack.name(f"net{number}")
        self.engine.docker("network", "create", "--subnet", subnet, name)
        return name, str(subnet[10])

    def _pair(self, kind: Kind) -> tuple[str, str]:
        if kind.name not in self._images:
            tags = [self._stack.name(f"{age}-{len(self._images)}:1") for age in ("old", "new")]
            # Their configurations are the same, so that the container's must be the same before and after.
            old: Options = {**kind.both, "files": {"age": "old"}}
            new: Options = {**kind.both, **kind.new, "files": {"age": "new"}}
            pair = (
                self._stack.image(tags[0], marker="app", **old),
                self._stack.image(tags[1], marker="app", **new),
            )
            self._images[kind.name] = pair
            if kind.gate is not None:
                self._gatehouse().pushed(pair[1], "app")
        return self._images[kind.name]

    def _body(self, kind: Kind, reference: str) -> Json:
        host: Json = {"Binds": [f"{self._stack.name('named')}:/named"], "AutoRemove": kind.removes_itself}
        body: Json = {"Image": reference, "Volumes": {"/anonymous": {}}, "Labels": {"owner": "a person"}}
        body["Labels"] |= {f"ctr-updater.hook.{end}": words for end, words in kind.hooks.items()}
        body["Labels"] |= {} if kind.gate is None else {"ctr-updater.gate": NAME}
        if kind.networks:
            network, address = self._networks[0]
            host["NetworkMode"] = network
            body["NetworkingConfig"] = {"EndpointsConfig": {network: _endpoint(address)}}
        else:
            binding = {"HostIp": "127.0.0.1", "HostPort": str(self._port)}
            host["PortBindings"] = {"80/tcp": [binding]}
        return body | {"HostConfig": host | dict(kind.host)}

    def _connect(self, kind: Kind, name: str) -> None:
        for network, address in self._networks[1 : kind.networks]:
            body = {"Container": name, "EndpointConfig": _endpoint(address)}
            self.ask("POST", f"/networks/{network}/connect", body)

    def _join(self, kind: Kind, name: str) -> dict[str, Json]:
        names = {"web": name} | {each.name: self._stack.name(each.name) for each in kind.joined}
        for each in kind.joined:
            host = {key: _filled(value, names) for key, value in each.host.items()}
            host |= {"AutoRemove": each.removes_itself}
            body: Json = {"Image": self._joined_image, "Labels": {"owner": "a person"}, "HostConfig": host}
            self.ask("POST", f"/containers/create?name={names[each.name]}", body)
            self.ask("POST", f"/containers/{names[each.name]}/start")
        return {names[each.name]: self.inspect(names[each.name]) for each in kind.joined}

    def _volumes(self) -> frozenset[str]:
        return frozenset(volume["Name"] for volume in self.ask("GET", "/volumes")["Volumes"] or [])


def data_of(container: Json) -> dict[str, str]:
    """What each volume of a container holds, by where it is mounted."""
    mounts = [mount for mount in container["Mounts"] if mount["Type"] == "volume"]
    return {mount["Destination"]: _memo(mount).read_text() for mount in mounts if _memo(mount).exists()}


def _memo(mount: Json) -> Path:
    """A file of the test's in a volume, reached on the engine's own disk."""
    return Path(mount["Source"]) / "memo"


def _filled(value: Any, names: dict[str, str]) -> Any:
    """Put names into an option: a text, or a list of them."""
    return value.format(**names) if isinstance(value, str) else [each.format(**names) for each in value]


def _endpoint(address: str) -> Json:
    return {"IPAMConfig": {"IPv4Address": address}, "Aliases": ["front"]}
