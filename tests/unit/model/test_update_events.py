"""What programs are given of a container's update can be written as JSON as it is."""

import json

from watcher.model.update_events import Attempt, AttemptEnded, Change, ImageVersion, Judged

CHANGE = Change("web", "app:1", "sha256:1", "sha256:2")


def test_the_change_of_an_event_is_an_object_of_its_own() -> None:
    record = json.loads(json.dumps(Judged(CHANGE, "outdated", "it moved", "update").record))

    assert record["change"] == {
        "container": "web",
        "image": "app:1",
        "old": "sha256:1",
        "new": "sha256:2",
        "digest": "",
        "old_version": "",
        "new_version": "",
        "link": "",
    }


def test_an_attempt_has_the_keys_of_the_history() -> None:
    attempt = Attempt(
        at="2026-01-01T00:00:00Z",
        name="web",
        kind="update",
        outcome="rolled back",
        image="app:1",
        old=ImageVersion("sha256:1", "1.0"),
        new=ImageVersion("sha256:2"),
        by="daemon",
        took_s=1.5,
        down_s=0.5,
        stages={"stop": 0.1},
        along=("sidecar",),
        why="it ended with 1",
    )

    record = json.loads(json.dumps(AttemptEnded(attempt).record["attempt"]))

    keys = "at name kind outcome image old new by took_s down_s stages along why link containers output"
    assert list(record) == keys.split()
    assert record["old"] == {"id": "sha256:1", "version": "1.0"}
    assert record["along"] == ["sidecar"]
