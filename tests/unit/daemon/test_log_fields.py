"""The keys that every line about an update has."""

from watcher.daemon.log_fields import fields
from watcher.model.events import Change


def test_ids_are_short_and_digests_whole() -> None:
    old, new, digest = (f"sha256:{digit * 64}" for digit in "123")

    assert fields(Change("web", "app:1", old, new, digest)) == {
        "container": "web",
        "image": "app:1",
        "old": "1" * 12,
        "new": "2" * 12,
        "digest": digest,
    }


def test_of_what_nothing_more_is_known_there_is_the_name_alone() -> None:
    assert fields(Change("web")) == {"container": "web"}
