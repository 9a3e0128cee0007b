"""What depends on the version of the API that an engine speaks: every such question of this program is a row.

Pure: no I/O. docs/architecture.md shows the table.
"""

from typing import TypeAlias

from watcher.model.values import frozen

Api: TypeAlias = tuple[int, int]

OLDEST: Api = (1, 41)  # Docker 20.10
# From 1.52 on an inspect hides the MAC address that was asked for (moby api/types/container).
NEWEST: Api = (1, 51)


@frozen
class Capability:
    """Something that engines do from one version of the API on.

    Attributes:
        name: The row's name in the documents.
        since: The first version of the API.
        engine: The first Docker that speaks it.
        meaning: What is so from there on.
        use: What this program does with it.
    """

    name: str
    since: Api
    engine: str
    meaning: str
    use: str

    def on(self, api: Api) -> bool:
        """Whether an engine does so when it is spoken to in this version."""
        return api >= self.since


NO_KERNEL_MEMORY = Capability(
    "no kernel memory",
    (1, 42),
    "23.0",
    "`KernelMemory` and `KernelMemoryTCP` are ignored",
    "they are left out of the successor's options",
)
SIGNAL_OF_A_STOP = Capability(
    "signal of a stop",
    (1, 42),
    "23.0",
    "a stop takes a signal",
    "the one that a label of Watchtower's asks for is sent; before, the container's own",
)
ENDPOINTS_IN_CREATE = Capability(
    "endpoints in create",
    (1, 44),
    "25.0",
    "create takes several networks",
    "the successor is created on all of them; before, it is connected to the further ones",
)
MAC_IN_ENDPOINT = Capability(
    "MAC address in the endpoint",
    (1, 44),
    "25.0",
    "an endpoint has a MAC address of its own",
    "it is said there, and no more in `Config.MacAddress`",
)
ALIASES_WITHOUT_NAMES = Capability(
    "aliases without names",
    (1, 45),
    "26.0",
    "`Aliases` holds what the user gave, and the short id at most",
    "all but the short id are the user's; before, those in front of it",
)
SYSCTLS_IN_ENDPOINT = Capability(
    "sysctls in the endpoint",
    (1, 48),
    "28.0",
    "create refuses the sysctls of interfaces (400)",
    "those of `eth0` go to the network's driver options; a container with those of others is refused",
)
MANIFESTS = Capability(
    "manifests of an image",
    (1, 48),
    "28.0",
    "with the containerd store an inspect tells what is in an index",
    "an index that moved for other platforms alone is no update",
)

TABLE = (
    NO_KERNEL_MEMORY,
    SIGNAL_OF_A_STOP,
    ENDPOINTS_IN_CREATE,
    MAC_IN_ENDPOINT,
    ALIASES_WITHOUT_NAMES,
    SYSCTLS_IN_ENDPOINT,
    MANIFESTS,
)
