"""Whether this program takes what it printed for itself: each variable through its own reader."""

from collections.abc import Callable, Iterator, Mapping

from watcher.config.policy import Policy
from watcher.config.settings import DaemonSettings
from watcher.config.telling import VARIABLE as NOTIFY
from watcher.config.time_zone import refuse_unknown_zone
from watcher.engine.endpoint import find
from watcher.model.errors import WatcherError
from watcher.notifications import addresses
from watcher.web.tokens import ACT_VARIABLE, token_of


def _engine(environ: Mapping[str, str]) -> None:
    if host := environ.get("DOCKER_HOST"):
        find({"DOCKER_HOST": host})


_READERS: tuple[Callable[[Mapping[str, str]], object], ...] = (
    Policy.of_environment,
    DaemonSettings.of_environment,
    refuse_unknown_zone,
    _engine,
    lambda environ: token_of({ACT_VARIABLE: environ.get(ACT_VARIABLE, "")}, ACT_VARIABLE),
)


def without_refused(environment: dict[str, str]) -> Iterator[str]:
    """Take the values out of an environment that this program would not take.

    Yields:
        Which ones, and what would be right, a line each; a secret is not repeated.
    """
    for name in [*environment]:
        for read in _READERS:
            try:
                read({name: environment[name]})
            except WatcherError as error:
                del environment[name]
                yield f"{error}; it is left out"
                break
    yield from _without_bad_addresses(environment)


def _without_bad_addresses(environment: dict[str, str]) -> Iterator[str]:
    """Take the addresses out that no message could go to."""
    book = addresses.read({NOTIFY: environment.pop(NOTIFY, "")})
    if book.addresses:
        environment[NOTIFY] = " ".join(each.url for each in book.addresses)
    yield from book.bad
