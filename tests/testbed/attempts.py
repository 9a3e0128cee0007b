"""An attempt at an update, for tests that have one told, kept or read: they change what they are about."""

from watcher.model.update_events import Attempt, ImageVersion

ATTEMPT = Attempt(
    at="2026-01-01T00:00:00Z",
    name="up",
    kind="self-update",
    outcome="updated",
    image="app:1",
    old=ImageVersion("sha256:a"),
    new=ImageVersion("sha256:b"),
    by="cli",
    took_s=1.0,
    down_s=None,
)
