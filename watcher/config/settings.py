"""What may be chosen for `watcher run` as a whole, by environment, and where commands keep their state."""

import os
from collections.abc import Mapping
from pathlib import Path

from watcher.config import listening
from watcher.config.engines import engines
from watcher.config.freeze import freeze
from watcher.config.grammar import (
    OneOf,
    boolean,
    duration,
    interval,
    whole_number,
)
from watcher.config.setting import read, variables
from watcher.config.setting import setting as _setting
from watcher.config.telling import NEWS, news, web_address
from watcher.model.chosen_engine import ChosenEngine
from watcher.model.values import frozen

FORMATS = ("auto", "console", "json")
LEVELS = ("debug", "info", "warning", "error")
_SLOTS = "Updates that hold a container down at once."
_YES_OR_NO = "true or false"
_DAYS = "days such as 2026-12-20..2027-01-06, separated by commas"
_DURATION = "a duration such as 500ms, 10s, 2m, 1h30m or 7d"


@frozen
class DaemonSettings:
    """The settings of `watcher run`.

    Attributes:
        interval: Seconds between two looks at the registries.
        concurrency: Updates that hold a container down at once.
        log_format: `auto`, `console` or `json`.
        log_level: `debug`, `info`, `warning` or `error`.
        schedule_grace: Seconds after a schedule's moment in which updates may still begin.
        freeze: The days on which no update begins; empty is none.
        hooks: Whether hooks run.
        image_labels: Whether labels of ours count that come from a container's image alone.
        watch: `labelled`, or `all` for every container that does not opt out.
        watchtower: Whether Watchtower's labels count where ours are absent.
        notify_on: What is told to CTR_UPDATER_NOTIFY.
        ping_url: What is asked for after each pass; empty is nothing.
        listen: Where the API is served; empty is nowhere.
        listen_host: Further names that browsers may call the API by.
        public: What of the API needs no token.
        engines: Which engines are looked after, in place of the engine that the docker command would take.
        gates_file: The file that defines the gates; empty is none.
    """

    interval: float = _setting(
        3600.0, interval, f"{_DURATION}, but 1s or more", "Time between two looks at the registries."
    )
    concurrency: int = _setting(8, whole_number, "a whole number of 1 or more", _SLOTS)
    log_format: str = _setting("auto", OneOf(*FORMATS), f"one of {', '.join(FORMATS)}", "How to log.")
    log_level: str = _setting("info", OneOf(*LEVELS), f"one of {', '.join(LEVELS)}", "What to log.")
    schedule_grace: float = _setting(
        3600.0, duration, _DURATION, "How late an update may begin after its schedule's moment."
    )
    freeze: str = _setting("", freeze, _DAYS, "The days, both included, on which no update begins.")
    hooks: bool = _setting(False, boolean, _YES_OR_NO, "Run the hooks that containers' labels name, in them.")
    image_labels: bool = _setting(
        False, boolean, _YES_OR_NO, "Let labels of ours count that come from an image alone."
    )
    watch: str = _setting(
        "labelled",
        OneOf("labelled", "all"),
        "labelled or all",
        "Whom to look after; all: every container but those with ctr-updater.enable=false.",
    )
    watchtower: bool = _setting(
        False,
        boolean,
        _YES_OR_NO,
        "Let Watchtower's labels count where ours are absent; answer its API and WUD's.",
    )
    notify_on: tuple[str, ...] = _setting(
        NEWS, news, f"some of {','.join(NEWS)}", "What is told to the addresses in CTR_UPDATER_NOTIFY."
    )
    ping_url: str = _setting(
        "",
        web_address,
        "an http or https URL",
        "Asked for after each pass; with /fail after one that failed.",
    )
    listen: str = _setting("", listening.listen, "HOST:PORT or unix:/path", "Serve the API there.")
    listen_host: tuple[str, ...] = _setting(
        (),
        listening.names,
        "names of hosts, separated by commas",
        "Further names that browsers may call it by.",
    )
    public: tuple[str, ...] = _setting(
        (), listening.public, f"some of {','.join(listening.PUBLIC)}", "What of the API needs no token."
    )
    engines: tuple[ChosenEngine, ...] = _setting(
        (),
        engines,
        "NAME=ADDRESS or names of Docker contexts, separated by commas, no name twice",
        "Look after these engines: NAME=unix:///path, NAME=tcp://host:port, a context's name.",
    )
    gates_file: str = _setting("", str, "the path of a file", "What defines the gates (TOML).")

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "DaemonSettings":
        """Read them.

        Raises:
            UnreadableSetting: A variable's value is not of its grammar.
        """
        return read(cls(), variables(cls), environ)


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where what must outlive a restart is kept."""
    if chosen := environ.get("CTR_UPDATER_STATE_DIR"):
        return Path(chosen)
    if os.geteuid() == 0:
        return Path("/var/lib/ctr-updater")
    home = Path(environ.get("HOME") or "/")
    return Path(environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "ctr-updater"
