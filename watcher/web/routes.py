"""What there is to ask for: a table, which the server answers by and the OpenAPI document is made of."""

from watcher.model.values import frozen
from watcher.web.guard import Access, Handler


@frozen
class Route:
    """One.

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
