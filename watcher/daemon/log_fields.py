"""What every line about an update tells: of which container and tag, from which image to which."""

from watcher.model.names import short
from watcher.model.update_events import Change


def fields(change: Change) -> dict[str, str]:
    """The keys of a line about an update; the container's name alone where no more is known."""
    if not change.image:
        return {"container": change.container}
    known = {"old_version": change.old_version, "new_version": change.new_version, "link": change.link}
    return {
        "container": change.container,
        "image": change.image,
        "old": short(change.old),
        "new": short(change.new),
        "digest": change.digest,
        **{key: value for key, value in known.items() if value},
    }
