"""Which of all points a run tries."""

import re

from attrs import frozen

from tests.faults.fault_points import UPDATER_KILLED, Strike
from tests.testbed.sampling import commit, draw

_OF_THE_REST = 16
_TWICE = 16
_OF_THE_DEEDS = 4
_OF_THE_SERVICES = 8
_OF_SELF_UPDATES = 16


@frozen
class Share:
    """The part `index` of `count` parts; chosen by the point itself, so that no two parts overlap.

    Attributes:
        index: From 0.
        count: 1 is everything.
        kills: All points where the updater alone is killed, whatever the part.
    """

    index: int = 0
    count: int = 1
    kills: bool = False

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Read `all`, `N/M` with N from 1 to M, `commit/M`, or `ci`: a share of the commit's, and every kill.

        Raises:
            ValueError: It is none of those.
        """
        if text == "all":
            return cls()
        if text == "ci":
            return cls(commit() % _OF_THE_REST, _OF_THE_REST, kills=True)
        match = re.fullmatch(r"(commit|[0-9]+)/([1-9][0-9]*)", text)
        if not match or not (match[1] == "commit" or 1 <= int(match[1]) <= int(match[2])):
            raise ValueError(f"{text}: not all, ci, commit/M or N/M")
        count = int(match[2])
        return cls(commit() % count if match[1] == "commit" else int(match[1]) - 1, count)

    def has(self, point: str, strike: Strike) -> bool:
        """Tell whether a point is to be tried; of second strikes, even all is a sample."""
        if self.kills and strike.name == UPDATER_KILLED:
            return True
        count = self.count * (_TWICE if strike.twice else 1)
        return draw(point) % count == self.index

    def has_service(self, point: str, strike: Strike) -> bool:
        """Tell whether a point of an update of a service is to be tried; of the commit's share, a part."""
        count = self.count * (_TWICE if strike.twice else 1)
        return draw(point) % (count if self.count == 1 else count * _OF_THE_SERVICES) == self.index

    def has_self_update(self, point: str, *, is_whole: bool) -> bool:
        """Tell whether a point of an updater's own update is to be tried.

        Args:
            point: Its name.
            is_whole: Whether it is one of all (`--matrix all`), of which N/M alone leaves any out; else the
                commit chooses a share.
        """
        if is_whole:
            return self.kills or draw(point) % self.count == self.index
        return draw(point) % _OF_SELF_UPDATES == commit() % _OF_SELF_UPDATES

    def has_deed(self, point: str) -> bool:
        """Tell whether a point of what a person does is to be tried; of the commit's share, a part."""
        return draw(point) % (self.count * (_OF_THE_DEEDS if self.kills else 1)) == self.index


def is_further_part(text: str) -> bool:
    """Whether a share's points add to those of the part before it: `N/M` with N above 1."""
    match = re.fullmatch(r"([0-9]+)/[0-9]+", text)
    return bool(match and int(match[1]) > 1)
