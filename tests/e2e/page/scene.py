"""Containers of every kind, called as people call theirs: what the pictures in docs/page.md show."""

import time

from attrs import field, frozen

from tests.testbed.stack import Stack

_LOCAL = {"ctr-updater.enable": "true", "ctr-updater.source": "local"}
_VERSION = "org.opencontainers.image.version"


@frozen
class Service:
    """One of them.

    Attributes:
        name: The container's.
        image: The reference that it follows.
        versions: What its image says, first and last; one where it has no update.
        labels: Beside those that have it followed.
        fails: Whether its new image does not work.
    """

    name: str
    image: str
    versions: tuple[str, ...]
    labels: dict[str, str] = field(factory=dict)
    fails: bool = False

    def run(self, stack: Stack) -> None:
        """Have it run its first image."""
        self.load(stack, self.versions[0])
        pairs = (f"{name}={value}" for name, value in (_LOCAL | self.labels).items())
        options = [word for pair in pairs for word in ("--label", pair)]
        stack.run(self.image, *options, name=self.name)

    def load(self, stack: Stack, version: str) -> None:
        """Have its tag mean an image of a version."""
        labels, marker = {_VERSION: version}, f"{self.name} {version}"
        if self.fails and version == self.versions[-1]:
            stack.image(self.image, labels=labels, marker=marker, cmd="exit 3")
        else:
            stack.image(self.image, labels=labels, marker=marker)


def _label(name: str, value: str) -> dict[str, str]:
    return {f"ctr-updater.{name}": value}


# In half a day, and so not now: the daemon leaves it alone.
_ELSEWHEN = f"0 {(time.localtime().tm_hour + 12) % 24} * * *"
_SLOW = _label("mode", "notify") | _label("stable-for", "6s")

SERVICES = (
    Service("adguard", "adguard/adguardhome:latest", ("0.107.55",)),
    Service("authelia", "ghcr.io/authelia/authelia:4", ("4.38.17", "4.38.18"), _label("mode", "approve")),
    Service("grafana", "grafana/grafana-oss:11", ("11.4.0", "11.5.1")),
    Service("home-assistant", "ghcr.io/home-assistant/home-assistant:stable", ("2026.11.1", "2026.11.3"),
            _label("schedule", _ELSEWHEN)),
    Service("immich", "ghcr.io/immich-app/immich-server:release", ("1.125.0", "1.126.1"), fails=True),
    Service("jellyfin", "jellyfin/jellyfin:10", ("10.10.5", "10.10.6")),
    Service("nextcloud", "nextcloud:30-apache", ("30.0.4", "30.0.5")),
    Service("paperless", "ghcr.io/paperless-ngx/paperless-ngx:2", ("2.14.4", "2.14.7"),
            _label("mode", "notify")),
    Service("postgres", "postgres:17", ("17.2",)),
    Service("traefik", "traefik:v3", ("3.3.1", "3.3.3")),
    Service("uptime-kuma", "louislam/uptime-kuma:1", ("1.23.16",)),
    Service("vaultwarden", "vaultwarden/server:latest", ("1.33.0",)),
)  # fmt: skip
SLOW = Service("mealie", "ghcr.io/mealie-recipes/mealie:v2", ("2.4.1", "2.5.0"), _SLOW)
HELD = ("nextcloud", "the fair is on Monday")
ASKED = Service("gitea", "registry.invalid/gitea:1", ("1.23.1",), {"ctr-updater.source": "registry"})
UPDATED = ("grafana", "jellyfin", "traefik")
