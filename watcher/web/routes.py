"""What there is to ask for: a table, which the server answers by and the OpenAPI document is made of."""

from collections.abc import Iterable

from watcher.model.values import frozen
from watcher.web.guard import Access, Handler

_NAME = "{name}"
_WORD, _BEFORE = "[^/]+", "(?:[^/]+/){1,2}"


@frozen
class Route:
    """A path that may be asked for, the access that it needs, and its handler.

    Attributes:
        method: GET, POST or DELETE.
        path: What is in braces is a parameter.
        access: What it needs.
        about: What it is for, as a sentence.
        handler: Answers it.
        body: The keys that its body may have, each with its JSON type.
        query: The keys that its query may have.
    """

    method: str
    path: str
    access: Access
    about: str
    handler: Handler
    body: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()


def spelled(path: str, paths: Iterable[str]) -> str:
    """A path as aiohttp takes it: what `{name}` is may have slashes, as `nas/web` and `nas/service/web` do.

    Where it is the path's end, its last word is none that stands behind it in others: `web/update` is the
    update of `web`, whatever asks for it, and no container `update` on `web` (but `web%2Fupdate` is).
    """
    if not path.endswith(_NAME):
        return path.replace(_NAME, f"{{name:(?:{_BEFORE})?{_WORD}}}")
    verbs = "|".join(sorted({each.partition(f"{_NAME}/")[2] for each in paths} - {""}))
    longer = f"{_BEFORE}(?!(?:{verbs})$){_WORD}" if verbs else f"{_BEFORE}{_WORD}"
    return path.replace(_NAME, f"{{name:{_WORD}|{longer}}}")
