"""Plans the update of a container: which steps, in which order, and why. Pure: no I/O.

The dependents of the container are replaced with it, in one transaction: all successors are created before
anything is stopped, no dependent outlives its provider, and the old container itself is removed first, when
all successors have proved themselves: until then all can go back, from then on none needs to.
"""

from collections.abc import Iterable, Iterator, Sequence

from watcher.config.policy import Policy
from watcher.model.json_object import Json
from watcher.update.steps.marking import marker_of
from watcher.update.steps.plan import Action, AffectedContainer, Plan, PlannedReplacement, Restart, Step

Deed = tuple[str, Action]

_CAUSES = {
    Action.PULL: "the registry has another image for it",
    Action.CREATE: "what cannot be created must fail while the old one serves",
    Action.SPARE: "it removes itself when it stops, and there must be something to go back to",
    Action.GO: "from here on the way back is the spare",
    Action.STOP: "two of them must not run at once",
    Action.HOLD: "at its own restart the engine would start it, by the policy `always` or `on-failure`",
    Action.SET_ASIDE: "it stays whole until its successor has proved itself",
    Action.TAKE_NAME: "names are fixed in logs and DNS when a container starts",
    Action.START: "it is to be in the state that the old one was in",
    Action.PROVE: "a container that starts is not yet one that works",
    Action.PAUSE: "it is to be in the state that the old one was in",
    Action.REMOVE: "nothing needs it any more; its volumes stay",
    Action.REMOVE_SPARE: "nothing needs it any more; its volumes stay",
}
_STOPPED_FIRST = "it must not outlive what it holds on to"
_REMOVED_FIRST = "all have proved themselves, and none needs it any more; its volumes stay"

_DEFAULTS = Policy()
_CREATION = (Action.PULL, Action.CREATE, Action.SPARE)
_ASKING = (Action.PRE_HOOK,)
_STOP = (Action.GO, Action.STOP, Action.HOLD)
_START = (Action.SET_ASIDE, Action.TAKE_NAME, Action.START)
_PROOF = (Action.PROVE, Action.POST_HOOK, Action.PAUSE)
_REMOVAL = (Action.REMOVE, Action.REMOVE_SPARE)


def plan(  # noqa: PLR0913 - one value per thing that must have been found out; all but two are keywords
    container: Json,
    change: str,
    policy: Policy = _DEFAULTS,
    *,
    affected: Sequence[AffectedContainer] = (),
    restarts: Sequence[Restart] = (),
    left_alone: Sequence[str] = (),
    pull: bool = False,
) -> Plan:
    """Plan the update of an inspected container.

    Args:
        container: As inspected.
        change: What moves, as the verdict says it.
        policy: Its settings.
        affected: The dependents that are replaced with it, providers first.
        restarts: The containers that ask to be restarted once it is replaced.
        left_alone: A line for each container that loses its provider, and is not ours to replace.
        pull: Its image has yet to be fetched.
    """
    first = _part(container, policy, pull=pull)
    rest = [_part(each.dependent.container, each.policy, relation=str(each.dependent)) for each in affected]
    policies = [(first.name, policy), *((each.dependent.name, each.policy) for each in affected)]
    causes = _causes(first.name, affected) | dict(_of_hooks(policies))
    causes |= {(each.name, Action.RESTART): each.cause for each in restarts}
    deeds = (
        *_before(first, rest),
        *_after([first, *rest], affected),
        *((each.name, Action.RESTART) for each in restarts),
        *_of([first, *rest], _REMOVAL),
    )
    steps = [Step(name, action, causes.get((name, action)) or _CAUSES[action]) for name, action in deeds]
    notes = [*(f"with it: {each}" for each in affected), *(f"left alone: {line}" for line in left_alone)]
    return Plan(first.name, change, (first, *rest), tuple(steps), tuple(notes))


def _before(first: PlannedReplacement, rest: list[PlannedReplacement]) -> list[Deed]:
    """The steps while the old containers have their names."""
    going = [*reversed(rest), first]
    return [*_of([first, *rest], _CREATION), *_of(going, _ASKING), *_of(going, _STOP)]


def _after(parts: list[PlannedReplacement], affected: Sequence[AffectedContainer]) -> Iterator[Deed]:
    """The steps that start and prove the successors: providers first, then their dependents, by levels."""
    depths = {parts[0].name: 0}
    for each in affected:
        above = [depths.get(tie.provider, 0) for tie in each.dependent.ties]
        depths[each.dependent.name] = 1 + max(above, default=0)
    for depth in sorted(set(depths.values())):
        level = [part for part in parts if depths[part.name] == depth]
        yield from _of(level, _START)
        yield from _of(level, _PROOF)


def _of(parts: Iterable[PlannedReplacement], actions: tuple[Action, ...]) -> list[Deed]:
    return [(part.name, action) for part in parts for action in actions if action in part.actions]


def _causes(first: str, affected: Sequence[AffectedContainer]) -> dict[Deed, str]:
    """The causes that differ from the usual ones where several containers are replaced."""
    special = {(first, Action.REMOVE): _REMOVED_FIRST} if affected else {}
    for each in affected:
        providers = " and ".join(dict.fromkeys(tie.provider for tie in each.dependent.ties))
        special[each.dependent.name, Action.CREATE] = f"it holds on to the id of {providers}"
        special[each.dependent.name, Action.STOP] = _STOPPED_FIRST
    return special


def _of_hooks(policies: Iterable[tuple[str, Policy]]) -> Iterator[tuple[Deed, str]]:
    """The causes of the hooks' steps, which name the program that is run."""
    for name, policy in policies:
        if hook := policy.pre_hook:
            yield (name, Action.PRE_HOOK), f"{hook} has the last word"
        if hook := policy.post_hook:
            fate = "is only told" if hook.is_optional else "is a failed proof"
            yield (name, Action.POST_HOOK), f"what {hook} ends with, if it is not 0, {fate}"


def _part(container: Json, policy: Policy, *, relation: str = "", pull: bool = False) -> PlannedReplacement:
    marker = marker_of(container)
    runs, removes_itself = marker.wanted != "s", marker.removes_itself
    optional = {
        Action.PULL: pull,
        Action.SPARE: removes_itself,
        Action.GO: removes_itself,
        Action.PRE_HOOK: runs and policy.pre_hook is not None,
        Action.POST_HOOK: runs and policy.post_hook is not None,
        Action.STOP: runs,
        Action.HOLD: marker.held_policy is not None,
        Action.SET_ASIDE: not removes_itself,
        Action.START: runs,
        Action.PROVE: runs,
        Action.PAUSE: marker.wanted == "p",
        Action.RESTART: False,
        Action.REMOVE: not removes_itself,
        Action.REMOVE_SPARE: removes_itself,
    }
    actions = tuple(action for action in Action if optional.get(action, True))
    return PlannedReplacement(marker.name, marker, actions, relation)
