"""An updater that bears the label updates itself, and nothing but its successor is left."""

from collections.abc import Callable

from tests.e2e.self_update.conftest import Updater

Settled = Callable[[], None]


def test_it_runs_the_new_image_with_all_that_it_had(updater: Updater, settled: Settled) -> None:
    updater.run("-p", "127.0.0.1::9", "--restart", "unless-stopped", "-e", "TZ=UTC")
    settled()
    before = updater.found

    target = updater.move("second")
    updater.stack.wait(updater.is_new, timeout=120)

    after = updater.found
    assert after["Image"] == target
    assert after["Mounts"] == before["Mounts"]
    assert after["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]
    assert after["HostConfig"]["PortBindings"] == before["HostConfig"]["PortBindings"]
    (row,) = updater.history()
    assert (row["kind"], row["outcome"], row["by"]) == ("self-update", "updated", "daemon")
    assert (row["old"]["id"], row["new"]["id"]) == (before["Image"], target)
    assert "container updated" in updater.log
