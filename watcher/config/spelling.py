"""Names that people mistype: what is not known is refused, with what may have been meant. Pure: no I/O."""

from collections.abc import Iterable

from watcher.model.errors import UnknownName


def refuse_unknown(given: Iterable[str], known: Iterable[str], prefix: str) -> None:
    """Let only names pass that there are.

    Args:
        given: What somebody wrote.
        known: What there is.
        prefix: What all of them begin with.

    Raises:
        UnknownName: One is none of them.
    """
    there = [name.removeprefix(prefix) for name in sorted(known)]
    for name in given:
        rest = name.removeprefix(prefix)
        if rest not in there:
            # Without the prefix, which would make all of them alike.
            near = nearest(rest, there)
            all_of_them = ", ".join(f"{prefix}{each}" for each in there)
            raise UnknownName(
                name, f"did you mean {prefix}{near}?" if near else f"it is one of {all_of_them}"
            )


def nearest(name: str, known: Iterable[str]) -> str:
    """The name that may have been meant, whatever its case; empty where none is near."""
    import difflib

    right = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), right, n=1)
    return right[near[0]] if near else ""
