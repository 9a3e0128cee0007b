"""What a person, or a cron job of theirs, does in the middle of an update, with the docker command."""

from collections.abc import Mapping
from enum import Flag, auto

from attrs import field, frozen

from tests.testbed.relay import When


class May(Flag):
    """What the person wanted by it, and what so may be otherwise in the end."""

    NOTHING = 0
    BE_GONE = auto()
    BE_DOWN = auto()
    BE_RENAMED = auto()
    BE_UNPLUGGED = auto()


@frozen
class Deed:
    """A command.

    Attributes:
        words: What is typed behind `docker`; `{web}` is the container's name, `{old}` and `{new}` are the ids
            of the two, `{mine}` is a name that nobody has.
        may: What it is for.
        options: What it changes in the container's HostConfig.
        title: Names it in the table.
    """

    words: str
    may: May = May.NOTHING
    options: Mapping[str, object] = field(factory=dict)
    title: str = field()

    @title.default
    def _title(self) -> str:
        return self.words.format_map(_TITLES)

    @property
    def is_of_compose(self) -> bool:
        """Whether it takes a project."""
        return self.words.startswith("compose")


@frozen
class Moment:
    """Where a deed is done: before the engine sees a call that changes something, or after it answered."""

    when: When
    number: int


_TITLES = {
    "web": "X",
    "old": "OLD",
    "new": "NEW",
    "mine": "Y",
    "volume": "VOLUME",
    "network": "NETWORK",
}
_RESTART = {"RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}}
_EACH = ("{web}", "{old}", "{new}")

DEEDS = (
    *(Deed(f"rm -f {each}", May.BE_GONE) for each in _EACH),
    *(Deed(f"rename {each} {{mine}}", May.BE_RENAMED) for each in _EACH),
    *(Deed(f"start {each}") for each in _EACH),
    *(Deed(f"stop -t 0 {each}", May.BE_DOWN) for each in _EACH),
    *(Deed(f"restart -t 0 {each}") for each in _EACH),
    Deed("update --restart unless-stopped {web}", options=_RESTART),
    Deed("volume rm {volume}"),
    Deed("network disconnect {network} {web}", May.BE_UNPLUGGED),
    Deed("network rm {network}", May.BE_UNPLUGGED),
    Deed("image prune -f"),
    Deed("container prune -f"),
    Deed("compose up -d"),
    Deed("compose up -d --remove-orphans"),
    Deed("compose up -d --scale web=1"),
    Deed("compose up -d --force-recreate"),
    Deed("compose down -t 0", May.BE_GONE),
)
