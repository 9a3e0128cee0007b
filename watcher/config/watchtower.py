"""How a Watchtower was told what to do: its options, in its arguments and in its environment. Pure: no I/O.

Both containrrr's Watchtower and nickfedor's. An argument beats its variable, as in them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field

from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.model.watchtower import boolean

VARIABLE_PREFIX = "WATCHTOWER_"
# Images that are a Watchtower, whatever registry they come from.
_REPOSITORIES = tuple(
    f"{owner}/watchtower" for owner in ("containrrr", "nickfedor", "nicholas-fedor", "v2tec")
)

_FLAGS = [
    "cleanup", "debug", "trace", "no-color", "include-restarting", "include-stopped", "revive-stopped",
    "label-enable", "label-take-precedence", "monitor-only", "no-pull", "no-restart",
    "no-startup-message", "remove-volumes", "rolling-restart", "run-once", "tlsverify", "http-api-update",
    "http-api-metrics", "http-api-periodic-polls", "http-api-containers", "enable-lifecycle-hooks",
    "notification-report", "notification-skip-title", "notification-log-stdout",
    "notification-split-by-container", "notification-email-server-tls-skip-verify", "health-check",
    "update-on-start", "notification-gotify-tls-skip-verify", "registry-tls-skip",
    "use-compose-depends-on", "ephemeral-self-update", "disable-memory-swappiness", "enable-changelog",
    "git-enable", "git-compose-stash", "git-insecure-skip-tls", "notification-msteams-data",
]  # fmt: skip
_SHORT = {
    "a": "api-version", "c": "cleanup", "d": "debug", "x": "disable-containers", "H": "host", "i": "interval",
    "S": "include-stopped", "e": "label-enable", "l": "log-format", "m": "monitor-only", "n": "notifications",
    "P": "porcelain", "R": "run-once", "s": "schedule", "t": "stop-timeout", "v": "tlsverify", "h": "help",
}  # fmt: skip
# Variables that are not called as their argument is.
_CALLED = {
    "POLL_INTERVAL": "interval", "TIMEOUT": "stop-timeout", "LIFECYCLE_HOOKS": "enable-lifecycle-hooks",
    "NOTIFICATION_MSTEAMS_HOOK_URL": "notification-msteams-hook",
    "NOTIFICATION_MSTEAMS_USE_LOG_DATA": "notification-msteams-data",
}  # fmt: skip
_DOCKERS = {
    "DOCKER_HOST": "host",
    "DOCKER_TLS_VERIFY": "tlsverify",
    "DOCKER_API_VERSION": "api-version",
    "NO_COLOR": "no-color",
    "DOCKER_CERT_PATH": "cert-path",
}
_LISTS = {
    "disable-containers", "disable-containers-by-label", "enable-containers-by-label", "monitor-image-names",
    "notification-url", "notifications", "skip-image-names",
}  # fmt: skip
# Those with a value.
_VALUES = [
    "api-version", "cert-path", "compose-project", "cooldown-delay", "cpu-copy-mode",
    "disable-containers", "disable-containers-by-label", "disk-space-max", "disk-space-warn",
    "enable-containers-by-label", "git-auth-token", "git-ca-bundle", "git-context", "git-dockerfile",
    "git-image", "git-password", "git-ssh-key-path", "git-ssh-known-hosts", "git-timeout", "git-username",
    "host", "http-api-check-timeout", "http-api-cors-origins", "http-api-endpoints",
    "http-api-events-token", "http-api-host", "http-api-port", "http-api-proxy-header",
    "http-api-rate-limit", "http-api-tls-cert", "http-api-tls-key", "http-api-token",
    "http-api-trusted-proxies", "http-api-update-timeout", "interval", "lifecycle-gid", "lifecycle-uid",
    "log-format", "log-level", "monitor-image-names", "notification-email-delay",
    "notification-email-from", "notification-email-server", "notification-email-server-password",
    "notification-email-server-port", "notification-email-server-user", "notification-email-subjecttag",
    "notification-email-to", "notification-gotify-token", "notification-gotify-url",
    "notification-msteams-hook", "notification-slack-channel", "notification-slack-hook-url",
    "notification-slack-icon-emoji", "notification-slack-icon-url", "notification-slack-identifier",
    "notification-template", "notification-template-file", "notification-title-tag", "notification-url",
    "notifications", "notifications-delay", "notifications-hostname", "notifications-level", "porcelain",
    "registry-tls-min-version", "schedule", "scope", "skip-image-names", "stop-timeout",
    "warn-on-head-failure",
]  # fmt: skip
KNOWN = frozenset({*_FLAGS, *_VALUES, "help"})


@frozen
class Options:
    """What a Watchtower was told.

    Attributes:
        said: The last value of each option, by the argument's name without dashes; `true` of a flag.
        lists: All values of those options that take several.
        names: The containers that it is to watch; none is all.
        unread: Arguments that are no option of a Watchtower.
    """

    said: Mapping[str, str] = field(factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(factory=dict)
    names: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """What an option says; empty where it was not given."""
        return self.said.get(name, "").strip()

    def is_on(self, name: str) -> bool:
        """Whether a flag is on; a flag that cannot be read is off, as in a Watchtower."""
        try:
            return boolean(self.text(name))
        except ValueError:
            return False

    def all(self, name: str) -> tuple[str, ...]:
        """All that an option which takes several says, separated by commas or white space."""
        return tuple(
            part
            for value in self.lists.get(name, ())
            for part in value.replace("," if name != "notification-url" else " ", " ").split()
        )


def is_watchtower(reference: str) -> bool:
    """Whether a container is a Watchtower, by the image that it was created with."""
    path = reference.partition("@")[0].rpartition("/")
    return f"{path[0].rpartition('/')[2]}/{path[2].partition(':')[0]}" in _REPOSITORIES


def options_of(container: Json) -> Options:
    """Read what the Watchtower that an inspected container runs was told."""
    return read(_words(container), container["Config"].get("Env") or [])


def _words(container: Json) -> list[str]:
    """Its command behind the program, whatever starts that."""
    words = [str(container.get("Path") or ""), *(container.get("Args") or [])]
    programs = [at for at, word in enumerate(words) if word.rpartition("/")[2] == "watchtower"]
    return words[programs[0] + 1 :] if programs else words[1:]


def read(arguments: Sequence[str], environment: Iterable[str]) -> Options:
    """Read what a Watchtower was told.

    Args:
        arguments: Its command, without the program.
        environment: `NAME=value` each, as a container's `Env`.
    """
    said = dict(_variables(environment))
    lists: dict[str, tuple[str, ...]] = {name: (said[name],) for name in _LISTS & said.keys()}
    names, unread, given = list[str](), list[str](), dict[str, tuple[str, ...]]()
    for name, value in _arguments([*arguments]):
        if name == "":
            names.append(value)
        elif not _is_option(name):
            unread.append(f"--{name}")
        else:
            said[name], given[name] = value, (*given.get(name, ()), value)
    lists |= {name: values for name, values in given.items() if name in _LISTS}
    return Options(said, lists, tuple(names), tuple(unread))


def _variables(environment: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in environment:
        variable, _, value = line.partition("=")
        if not value:
            continue
        if variable in _DOCKERS:
            yield _DOCKERS[variable], value
        elif variable.startswith(VARIABLE_PREFIX):
            rest = variable.removeprefix(VARIABLE_PREFIX)
            yield _CALLED.get(rest, rest.lower().replace("_", "-")), value


def _arguments(words: list[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value, and each name of a container with an empty option."""
    while words:
        word = words.pop(0)
        if word == "--":
            yield from (("", name) for name in words)
            return
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            yield name, value if equals else _value(name, words)
        elif word.startswith("-") and len(word) > 1:
            yield from _letters(word[1:], words)
        else:
            yield "", word


def _letters(letters: str, words: list[str]) -> Iterator[tuple[str, str]]:
    """Options of one letter, of which the last may have its value behind it."""
    while letters:
        name, letters = _SHORT.get(letters[0], letters[0]), letters[1:]
        if name in _FLAGS and not letters.startswith("="):
            yield name, "true"
            continue
        yield name, letters.removeprefix("=") if letters else _value(name, words)
        return


def _value(name: str, words: list[str]) -> str:
    """The value of an option as a word of its own, behind no sign of equality; a flag has none."""
    return "true" if name in _FLAGS or not words or not _is_option(name) else words.pop(0)


def _is_option(name: str) -> bool:
    return name in KNOWN
