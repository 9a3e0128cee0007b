"""What `WWW-Authenticate` asks for (RFC 9110, 11.6.1). No I/O."""

import re
from collections.abc import Mapping

from watcher.model.values import frozen

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # noqa: S105 - the grammar's name for a word
_PARAMETER = rf'({_TOKEN})\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s,"]*+))'
_SCHEME = re.compile(rf"({_TOKEN})(?=[\s,]|$)")
_NAMED = re.compile(_PARAMETER, re.DOTALL)
_OTHER = re.compile(r"[\s,]++|[^\s,]++")


@frozen
class Challenge:
    """One way to authenticate.

    Attributes:
        scheme: In lower case.
        parameters: By lower-case name, without their quotes.
    """

    scheme: str
    parameters: Mapping[str, str]

    @property
    def can_be_met(self) -> bool:
        """Whether it is a challenge that registries are known to mean."""
        return self.scheme == "basic" or (self.scheme == "bearer" and bool(self.parameters.get("realm")))


def challenges(header: str) -> list[Challenge]:
    """Read the header's value, or several joined by commas; what fits no grammar is passed over."""
    found: list[tuple[str, dict[str, str]]] = []
    position = 0
    while position < len(header):
        if named := _NAMED.match(header, position):
            name, quoted, bare = named.groups()
            if found:
                found[-1][1].setdefault(name.lower(), _plain(quoted) if quoted is not None else bare)
        elif scheme := _SCHEME.match(header, position):
            found.append((scheme[1].lower(), {}))
        match = named or _SCHEME.match(header, position) or _OTHER.match(header, position)
        position = match.end() if match else len(header)
    return [Challenge(scheme, parameters) for scheme, parameters in found]


def chosen(header: str) -> Challenge | None:
    """The challenge to meet, a token's before a password's as the engine does; None where there is none."""
    can_be_met = [challenge for challenge in challenges(header) if challenge.can_be_met]
    return max(can_be_met, key=lambda challenge: challenge.scheme == "bearer", default=None)


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
