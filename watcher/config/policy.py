"""What may be chosen for a container, by its label or for all by environment: one grammar, one place.

A label `ctr-updater.stable-for` and the variable `CTR_UPDATER_STABLE_FOR` are the same setting; the label
speaks for its container, the variable is the default for those without. An empty value counts as not set
(Compose makes one of `${X:-}`); a name of our prefix that is not known is refused like a wrong value.
"""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache

from attrs import evolve, fields

from watcher.config.grammar import (
    OneOf,
    absolute_path,
    boolean,
    container_names,
    count,
    duration,
    gate_name,
)
from watcher.config.hooks import Hook, words
from watcher.config.schedule import schedule
from watcher.config.setting import label, read, variable, variables
from watcher.config.setting import setting as _setting
from watcher.config.spelling import refuse_unknown
from watcher.config.window import window
from watcher.model.errors import UnreadableSetting
from watcher.model.labels import LABEL_PREFIX, is_orchestrated, is_ours
from watcher.model.release import template
from watcher.model.values import frozen

_YES_OR_NO = "true or false"
_CRON = "a cron expression of five fields, or @daily and the like"
_WINDOW = "spans such as Sat,Sun 02:00-05:00; Mon-Fri 23:30-00:30"
_WORDS = 'a JSON list of words such as ["/bin/backup", "--all"]'
_ADDRESS = "an http or https URL, in which {version} is filled in"
_DURATION = "a duration such as 500ms, 10s, 2m, 1h30m or 7d"


@frozen
class Policy:
    """The settings that hold for one container; the names are those of the labels.

    Attributes:
        enable: Whether the container opted in; without a label only where all are watched.
        mode: `update`, `notify` to say it and not do it, or `approve` to pull it and wait for a person.
        source: `registry`, or `local` to follow the local tag only and never ask a registry.
        depends_on: Names of containers that are updated before this one.
        stop_timeout: Seconds to stop before SIGKILL; None is the container's own time.
        stable_for: Seconds that a successor without a HEALTHCHECK must run.
        health_timeout: Seconds until a successor with a HEALTHCHECK must be healthy.
        cooldown: Seconds that a tag must have meant a new image before this image is taken.
        schedule: Updates begin only at these times (cron), or a little later; empty is always.
        window: Updates begin only within it; empty is always.
        veto_file: While this file is in the container, the container is left alone; only a label says so.
        hook_pre_update: What is run in the container before it stops; only a label says so, as of all hooks.
        hook_post_update: What is run in its successor after the successor's proof.
        hook_timeout: Seconds until either hook has failed.
        hook_post_optional: Whether the failure of the post-update hook is only told.
        cleanup: Whether the old image is removed once nothing refers to it, and it is not kept.
        keep: How many images that the container ran before are kept.
        keep_for: Seconds for which these images are kept, from when the container left them.
        release_url: Where people read about a new version, which is filled in for `{version}`; only a label
            says so.
        gate: The gate that a new image must pass; empty is none.
    """

    enable: bool = _setting(False, boolean, _YES_OR_NO)
    mode: str = _setting(
        "update",
        OneOf("update", "notify", "approve"),
        "update, notify or approve",
        "notify: say it and do not do it; approve: pull it, and wait for `watcher approve`.",
    )
    source: str = _setting("registry", OneOf("registry", "local"), "registry or local")
    depends_on: tuple[str, ...] = _setting((), container_names, "names of containers, separated by commas")
    stop_timeout: float | None = _setting(None, duration, _DURATION)
    stable_for: float = _setting(
        10.0, duration, _DURATION, "Without a HEALTHCHECK: how long a new container must run."
    )
    health_timeout: float = _setting(
        120.0, duration, _DURATION, "With a HEALTHCHECK: how long until a new container is healthy."
    )
    cooldown: float = _setting(
        0.0, duration, _DURATION, "How long a tag must have meant a new image before it is taken."
    )
    schedule: str = _setting(
        "", schedule, _CRON, "Updates begin only at these times, and for --schedule-grace after each."
    )
    window: str = _setting("", window, _WINDOW, "Updates begin only within it, and not by a schedule.")
    veto_file: str = _setting("", absolute_path, "an absolute path such as /data/busy")
    hook_pre_update: tuple[str, ...] = _setting((), words, _WORDS)
    hook_post_update: tuple[str, ...] = _setting((), words, _WORDS)
    hook_timeout: float = _setting(60.0, duration, _DURATION)
    hook_post_optional: bool = _setting(False, boolean, _YES_OR_NO)
    cleanup: bool = _setting(
        False, boolean, _YES_OR_NO, "Remove an old image once nothing refers to it, and it is not kept."
    )
    keep: int = _setting(
        1, count, "a whole number of 0 or more", "How many earlier images are kept for `watcher rollback`."
    )
    keep_for: float = _setting(
        7 * 86400.0, duration, _DURATION, "How long an earlier image is kept after an update has left it."
    )
    release_url: str = _setting("", template, _ADDRESS)
    gate: str = _setting(
        "", gate_name, "the name of a gate", "A new image is taken only if this gate lets it pass."
    )

    def __hash__(self) -> int:
        # Of few: the defaults are asked for by it at each look, for each container.
        return hash((self.mode, self.window, self.schedule, self.stable_for))

    @property
    def is_carried_out(self) -> bool:
        """Whether an update of the container is carried out, and not only told of."""
        return self.enable and self.mode != "notify"

    @property
    def pre_hook(self) -> Hook | None:
        """What is run before the container stops."""
        words = self.hook_pre_update
        return Hook("pre-update", words, self.hook_timeout) if words else None

    @property
    def post_hook(self) -> Hook | None:
        """What is run after its successor has proved itself."""
        words = self.hook_post_update
        return Hook("post-update", words, self.hook_timeout, self.hook_post_optional) if words else None

    @property
    def without_hooks(self) -> "Policy":
        """These settings where hooks do not run."""
        has_hooks = self.hook_pre_update or self.hook_post_update
        return evolve(self, hook_pre_update=(), hook_post_update=()) if has_hooks else self

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Policy":
        """Read the defaults.

        Raises:
            UnreadableSetting: A variable's value is not of its grammar.
        """
        return _refuse_both(read(cls(), variables(cls), environ), variable)

    def with_labels(self, labels: Mapping[str, str] | None) -> "Policy":
        """Let a container's labels speak; of a window and a schedule one takes the place of the other.

        A container that an orchestrator runs opted in only if its own label says so.

        Raises:
            UnreadableSetting: A label's value is not of its grammar.
            UnknownName: A label of our prefix is not known.
        """
        ours = tuple(each for each in (labels or {}).items() if is_ours(each[0]))
        return _with_labels(self, ours, is_orchestrated=is_orchestrated(labels))


# A daemon judges by the labels of all its containers at each event, and most have the same.
@lru_cache(maxsize=256)
def _with_labels(defaults: Policy, ours: tuple[tuple[str, str], ...], *, is_orchestrated: bool) -> Policy:
    """Let the labels speak that are ours: the label and the value of each."""
    labels, spelled = dict(ours), {each.name: label(each.name) for each in fields(Policy)}
    refuse_unknown_labels(labels)
    own = _refuse_both(read(Policy(), spelled, labels), label)
    window = "" if own.schedule else defaults.window
    schedule = "" if own.window else defaults.schedule
    enable = defaults.enable and not is_orchestrated
    return read(evolve(defaults, enable=enable, window=window, schedule=schedule), spelled, labels)


def refuse_unknown_labels(labels: Mapping[str, str]) -> None:
    """Refuse a label that has our prefix and is no setting.

    Raises:
        UnknownName: There is one; it names the setting that may be meant.
    """
    ours = [name for name, value in labels.items() if is_ours(name) and value.strip()]
    refuse_unknown(ours, [label(each.name) for each in fields(Policy)], LABEL_PREFIX)


def _refuse_both(policy: Policy, spelled: Callable[[str], str]) -> Policy:
    """Let only settings pass that say in one way when updates may begin."""
    if policy.window and policy.schedule:
        other = f"no {spelled('schedule')} beside it: one or the other"
        raise UnreadableSetting(spelled("window"), policy.window, other)
    return policy
