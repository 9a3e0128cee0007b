"""What befalls a call of an update: the faults of `tests.testbed.faults`, for one updater and one engine."""

from collections.abc import Callable
from typing import Protocol

from attrs import field, frozen

from tests.testbed.faults import Fault, answer, cut, passing, run
from tests.testbed.relay import When


class Victim(Protocol):
    """What can be hurt; each returns when it is done."""

    def kill_updater(self) -> None: ...
    def kill_engine(self) -> None: ...
    def kill_engine_within(self) -> None: ...
    def interrupt_updater(self) -> None: ...


@frozen
class Strike:
    """One way in which a call goes wrong.

    Attributes:
        name: What it is.
        when: Where it sets in: before the engine sees the call, or after it has answered.
        on: Makes the fault, for a victim.
        twice: It befalls the run that recovers from it once more.
        title: Names it in the table, with the moment.
    """

    name: str
    when: When
    on: Callable[[Victim], Fault]
    twice: bool = False
    title: str = field()

    @title.default
    def _title(self) -> str:
        return f"{self.name} {self.when}"


def _updater_killed(victim: Victim) -> Fault:
    return run(victim.kill_updater)


def _engine_killed(victim: Victim) -> Fault:
    return run(victim.kill_engine)


def _engine_killed_within(victim: Victim) -> Fault:
    return run(victim.kill_engine_within, then=passing)


def _refused(_: Victim) -> Fault:
    return answer(500, "something went wrong")


def _cut(_: Victim) -> Fault:
    return cut


def _held(victim: Victim) -> Fault:
    return run(victim.interrupt_updater, then=passing)


UPDATER_KILLED = "updater killed"

STRIKES = (
    Strike(UPDATER_KILLED, "before", _updater_killed),
    Strike(UPDATER_KILLED, "after", _updater_killed),
    Strike("engine killed", "before", _engine_killed),
    Strike("engine killed", "after", _engine_killed),
    Strike("engine killed", "before", _engine_killed_within, title="engine killed within"),
    Strike("500", "before", _refused),
    Strike("500", "after", _refused),
    Strike("cut", "before", _cut),
    Strike("cut", "after", _cut),
    Strike("held", "after", _held),
    Strike("killed twice", "before", _updater_killed, twice=True),
    Strike("killed twice", "after", _updater_killed, twice=True),
)
