"""An event is plain data: what programs are given of it can be written as JSON as it is."""

from watcher.model.events import DaemonStopped
from watcher.model.update_events import StageBegan


def test_an_event_names_its_type_beside_its_values() -> None:
    began = StageBegan("web", "web", "prove", "proving", 10.0)

    assert began.record == {
        "event": "stage_began",
        "update": "web",
        "container": "web",
        "stage": "prove",
        "doing": "proving",
        "limit_s": 10.0,
    }
    assert DaemonStopped().record == {"event": "daemon_stopped"}
