"""Names that people mistype: what is not known is refused, with what may have been meant. Pure: no I/O."""

import difflib
from collections.abc import Iterable

from watcher.errors import UnknownName


def refuse_unknown(given: Iterable[str], known: Iterable[str], prefix: str) -> None:
    """Let only names pass that there are.

    Args:
        given: What somebody wrote.
        known: What there is.
        prefix: What all of them begin with.

    Raises:
        UnknownName: One is none of them.
    """
    right = {name.removeprefix(prefix).casefold(): name for name in sorted(known)}
    for name in given:
        if name not in right.values():
            # Without the prefix, which would make all of them alike.
            near = difflib.get_close_matches(name.removeprefix(prefix).casefold(), right, n=1)
            meant = f"did you mean {right[near[0]]}?" if near else f"it is one of {', '.join(right.values())}"
            raise UnknownName(name, meant)
