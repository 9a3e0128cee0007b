"""What a Watchtower was told, as a service of ours; and what of it has no counterpart. Pure: no I/O."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from attrs import field

from watcher.cli.migrated_schedule import taken_over
from watcher.cli.migrated_values import without_refused
from watcher.cli.shoutrrr import left_out, translated
from watcher.config.watchtower import Options, options_of
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.model.watchtower import SCOPE, duration

_SOCKET = "/var/run/docker.sock"
_LOGINS = "/config.json"
_LEVELS = {"panic": "error", "fatal": "error", "error": "error", "warn": "warning", "trace": "debug"}
_SHARED = "container:"
_NO_MORE = {"help", "health-check"}


@frozen
class ComposeService:
    """A service, and what is to be said of it.

    Attributes:
        name: The Watchtower's.
        once: Whether it makes one pass and ends.
        environment: Its variables.
        volumes: `SOURCE:TARGET[:ro]`.
        ports: What it publishes.
        networks: Networks that are there and that it is on.
        network_mode: Whose network it has where it is on none of its own: `host`, `none`, `container:ID`.
        labels: Its labels.
        notes: Comments, a line each.
        unmet: What has no counterpart, a line each.
    """

    name: str
    once: bool = False
    environment: Mapping[str, str] = field(factory=dict)
    volumes: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    network_mode: str = ""
    labels: Mapping[str, str] = field(factory=dict)
    notes: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


def service_of(container: Json) -> ComposeService:
    """The service that takes a Watchtower's place.

    Args:
        container: As inspected.
    """
    config, host = container["Config"], container["HostConfig"]
    options = options_of(container)
    environment = {"CTR_UPDATER_WATCHTOWER": "true"}
    notes, unmet = list[str](), [f"{word} is no option of Watchtower's" for word in options.unread]
    environment |= dict(_kept(config.get("Env") or []))
    for name in sorted(options.said):
        _take(name, options, environment, unmet)
    _choose(options, environment, notes, unmet)
    _tell(options, environment, notes, unmet)
    unmet += without_refused(environment)
    mode = host.get("NetworkMode") or "default"
    is_own = mode not in {"host", "none"} and not mode.startswith(_SHARED)
    if mode.startswith(_SHARED):
        notes.append("network_mode: if that container is a service of Compose, say `service:` and its name")
    return ComposeService(
        Container(container).name,
        once=options.is_on("run-once"),
        environment=environment,
        volumes=tuple(_volumes(container, environment)),
        ports=tuple(_ports(host)) if "CTR_UPDATER_LISTEN" in environment and is_own else (),
        networks=(mode,) if is_own and mode not in {"default", "bridge"} else (),
        network_mode="" if is_own else mode,
        labels={SCOPE: options.text("scope")} if options.text("scope") else {},
        notes=tuple(notes),
        unmet=tuple(unmet),
    )


def _kept(environment: list[str]) -> Iterator[tuple[str, str]]:
    """Variables that mean the same here."""
    given = dict(pair.partition("=")[::2] for pair in environment)
    for theirs, ours in (
        ("TZ", "TZ"),
        ("DOCKER_CONFIG", "DOCKER_CONFIG"),
        ("REPO_USER", "CTR_UPDATER_REGISTRY_USER"),
        ("REPO_PASS", "CTR_UPDATER_REGISTRY_PASSWORD"),
    ):
        if value := given.get(theirs, ""):
            yield ours, value


def _take(name: str, options: Options, environment: dict[str, str], unmet: list[str]) -> None:
    """Take over one option that stands for itself, or say that it cannot be."""
    text = options.text(name)
    if name in _MET or name in _NO_MORE or not text or text.lower() == "false":
        return
    if name in _ALONE:
        variable, write = _ALONE[name]
        try:
            if value := write(text):
                environment[variable] = value
        except ValueError:
            unmet.append(f"--{name}: its value cannot be read")
    elif not name.startswith("notification"):
        unmet.append(f"--{name}: {_WHY.get(name, 'there is no counterpart')}")


def _truth(text: str) -> str:
    return "true" if text in {"1", "t", "T", "TRUE", "true", "True"} else ""


def _notify(text: str) -> str:
    return "notify" if _truth(text) else ""


# Options that are one variable of ours, and how their value is written.
_ALONE: dict[str, tuple[str, Callable[[str], str]]] = {
    "api-version": ("", lambda _: ""),
    "cert-path": ("DOCKER_CERT_PATH", str),
    "cleanup": ("CTR_UPDATER_CLEANUP", _truth),
    "cooldown-delay": ("CTR_UPDATER_COOLDOWN", duration),
    "debug": ("CTR_UPDATER_LOG_LEVEL", lambda text: "debug" if _truth(text) else ""),
    "trace": ("CTR_UPDATER_LOG_LEVEL", lambda text: "debug" if _truth(text) else ""),
    "enable-lifecycle-hooks": ("CTR_UPDATER_HOOKS", _truth),
    "host": ("DOCKER_HOST", lambda text: "" if text == f"unix://{_SOCKET}" else text),
    "interval": ("CTR_UPDATER_INTERVAL", lambda text: f"{int(text)}s"),
    "log-format": ("CTR_UPDATER_LOG_FORMAT", lambda text: "json" if text.lower() == "json" else ""),
    "log-level": ("CTR_UPDATER_LOG_LEVEL", lambda text: _LEVELS.get(text.lower(), text.lower())),
    "monitor-only": ("CTR_UPDATER_MODE", _notify),
    "no-color": ("NO_COLOR", _truth),
    "tlsverify": ("DOCKER_TLS_VERIFY", lambda text: "1" if _truth(text) else ""),
}
# What is so here in any case, or taken elsewhere.
_MET = {
    "label-enable", "disable-containers",
    "schedule", "run-once", "scope", "http-api-token", "http-api-update",
    "http-api-metrics", "http-api-host", "http-api-port", "http-api-endpoints", "http-api-periodic-polls",
    "include-restarting", "include-stopped", "label-take-precedence", "no-startup-message", "rolling-restart",
    "use-compose-depends-on", "warn-on-head-failure", "update-on-start", "disable-memory-swappiness",
    "notifications", "notification-url",
}  # fmt: skip
_WHY = {
    "no-pull": "give each container the label ctr-updater.source=local",
    "stop-timeout": "give each container the label ctr-updater.stop-timeout, or a stop_grace_period",
    "registry-tls-skip": "the engine's own setting insecure-registries counts",
    "ephemeral-self-update": "with the label ctr-updater.enable=true the service updates itself, by a helper",
    "revive-stopped": "a container that was stopped stays so",
    "no-restart": "a successor that is not started could not prove itself",
    "remove-volumes": "volumes are never removed",
}


def _choose(options: Options, environment: dict[str, str], notes: list[str], unmet: list[str]) -> None:
    """Which containers it watches, and when."""
    if options.names:
        unmet.append(
            f"it watches {', '.join(options.names)} alone: give these the label ctr-updater.enable=true"
        )
    elif not options.is_on("label-enable"):
        environment["CTR_UPDATER_WATCH"] = "all"
    if excluded := options.all("disable-containers"):
        unmet.append(f"it leaves out {', '.join(excluded)}: give these the label ctr-updater.enable=false")
    if text := options.text("schedule"):
        unmet += taken_over(text, environment)
    elif "CTR_UPDATER_INTERVAL" not in environment:
        environment["CTR_UPDATER_INTERVAL"] = "24h"
        notes.append("CTR_UPDATER_INTERVAL: Watchtower's default; ours is 1h, at one HEAD for each tag")
    if any(options.is_on(name) for name in ("http-api-update", "http-api-metrics")) or options.text(
        "http-api-endpoints"
    ):
        port = options.text("http-api-port") or "8080"
        environment["CTR_UPDATER_LISTEN"] = f"{_bracketed(options.text('http-api-host') or '0.0.0.0')}:{port}"  # noqa: S104
        token = options.text("http-api-token")
        environment["CTR_UPDATER_TOKEN_FILE" if token.startswith("/") else "CTR_UPDATER_TOKEN"] = token


def _tell(options: Options, environment: dict[str, str], notes: list[str], unmet: list[str]) -> None:
    """The addresses that are told."""
    found = list[str]()
    for address in options.all("notification-url"):
        if address.startswith("/"):
            unmet.append(f"--notification-url: put what the file {address} holds into CTR_UPDATER_NOTIFY")
        elif told := translated(address):
            found.append(told)
            unmet += [
                f"--notification-url: {name} of generic has no counterpart" for name in left_out(address)
            ]
        else:
            unmet.append(
                f"--notification-url: {address.partition(':')[0]} has no counterpart, or cannot be read"
            )
    kinds = {kind.lower() for kind in options.all("notifications")} - {"shoutrrr"}
    found += [address for kind in sorted(kinds) if (address := _legacy(kind, options, unmet))]
    told_how = [name for name in sorted(_LOOKS & options.said.keys()) if options.text(name) != "false"]
    unmet += [f"--{name}: what is told, and when, is said by --notify-on" for name in told_how]
    if found:
        environment["CTR_UPDATER_NOTIFY"] = " ".join(found)
    if any(not address.startswith("http") for address in found):
        notes.append("CTR_UPDATER_NOTIFY: needs the image with Apprise, docker build --target full")


_LOOKS = {
    "notification-template", "notification-template-file", "notification-title-tag", "notifications-level",
    "notifications-hostname", "notifications-delay", "notification-report", "notification-skip-title",
    "notification-log-stdout", "notification-split-by-container", "notification-email-subjecttag",
    "notification-email-delay",
}  # fmt: skip


def _legacy(kind: str, options: Options, unmet: list[str]) -> str:
    """An address out of options that are older than Shoutrrr."""
    found, hook = "", ""
    if kind == "gotify":
        scheme, _, place = options.text("notification-gotify-url").rstrip("/").partition("://")
        tls = "?disableTLS=yes" if scheme == "http" else ""
        found = translated(f"gotify://{place}/{options.text('notification-gotify-token')}{tls}")
    elif kind == "email":
        found = _mail(options)
    elif kind == "slack":
        hook = options.text("notification-slack-hook-url")
        found = f"slack://{hook.partition('/services/')[2]}" if "/services/" in hook else ""
    if not found:
        unmet.append(f"--notifications {kind}: an address for it has to be written by hand")
    return found


def _mail(options: Options) -> str:
    said = {
        name: quote(options.text(f"notification-email-{name}"), safe="")
        for name in ("from", "to", "server-user", "server-password")
    }
    login = f"{said['server-user']}:{said['server-password']}@" if said["server-user"] else ""
    server, port = (options.text(f"notification-email-server{end}") for end in ("", "-port"))
    return translated(f"smtp://{login}{server}:{port or 25}/?from={said['from']}&to={said['to']}")


def _volumes(container: Json, environment: Mapping[str, str]) -> Iterator[str]:
    """Its mounts, where ours has them; and the state directory."""
    for mount in container.get("Mounts") or []:
        target = mount["Destination"]
        source = mount.get("Name") if mount.get("Type") == "volume" else mount.get("Source")
        if target == _LOGINS and "DOCKER_CONFIG" not in environment:
            target = "/.docker/config.json"
        if mount.get("Type") in {"bind", "volume"} and source:
            yield f"{source}:{target}" + ("" if mount.get("RW", True) or target == _SOCKET else ":ro")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _ports(host: Mapping[str, Any]) -> Iterator[str]:
    for port, bindings in sorted((host.get("PortBindings") or {}).items()):
        for binding in bindings or []:
            address = f"{_bracketed(binding['HostIp'])}:" if binding.get("HostIp") else ""
            yield f"{address}{binding.get('HostPort') or ''}:{port}"
