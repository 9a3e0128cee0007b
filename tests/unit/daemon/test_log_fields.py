"""The keys that every line about an update has."""

from watcher.daemon.log_fields import fields
from watcher.model.update_events import Change


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


def test_versions_and_a_link_are_told_where_they_are_known() -> None:
    change = Change("web", "app:1", "1", "2", old_version="1.27.4", new_version="1.27.5", link="https://a.b/")

    told = fields(change)

    assert (told["old_version"], told["new_version"], told["link"]) == ("1.27.4", "1.27.5", "https://a.b/")
    assert fields(Change("web", "app:1", "1", "2", new_version="2")).keys() & {"old_version", "link"} == set()
