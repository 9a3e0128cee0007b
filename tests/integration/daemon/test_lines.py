"""What the daemon's lines about an update tell: the tag, both images, the new one's digest, and why."""

import contextlib
import http.client
from pathlib import Path

from tests.integration.apps import App, outdated, published, short
from tests.integration.daemon.apps import LOCAL, OPT_IN, PATIENT, is_untouched, labelled, move
from tests.integration.daemon.conftest import Line, Running, Start
from tests.integration.daemon.test_outcomes import BROKEN
from tests.integration.daemon.test_registry import MANIFESTS, publish, pushed
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold, answer, run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack
from watcher import __version__

NOTIFY = (*OPT_IN, "--label", "ctr-updater.mode=notify")
SICK = {"Test": ["CMD-SHELL", "echo the database is away; exit 1"], "Interval": 100_000_000, "Retries": 1}


def digest_of(app: App) -> str:
    """The digest that the app's tag has in its registry."""
    address, _, path = app.image.partition("/")
    with contextlib.closing(http.client.HTTPConnection(address)) as connection:
        url = f"/v2/{path.rpartition(':')[0]}/manifests/1"
        connection.request("HEAD", url, headers={"Accept": ", ".join(MANIFESTS)})
        return connection.getresponse().headers["Docker-Content-Digest"]


def told(line: Line) -> tuple[str, str, str]:
    return line["image"], line["old"], line["new"]


def test_an_update_that_was_undone_is_an_event_of_its_own(
    daemon: Running, stack: Stack, engine_version: str
) -> None:
    web = labelled(stack, *PATIENT)

    new = move(stack, web, **BROKEN)
    line = daemon.wait("update rolled back", container=web.name)

    assert (line["level"], told(line)) == ("error", (web.image, short(web.old), short(new)))
    assert line["again_in_s"] is None
    # The containerd store notes a digest of whatever it has (28.5).
    assert line["digest"] == (new if engine_version.endswith("c") else "")
    assert daemon.said("container not updated") == []
    assert is_untouched(stack, web)


def test_an_update_that_changed_nothing_was_not_rolled_back(start: Start, stack: Stack, proxy: Proxy) -> None:
    """Neither where nothing can be created, nor where the stop is refused."""
    web, db = outdated(stack, *LOCAL), outdated(stack, *LOCAL, name="db")
    proxy.arm(answer(500, "no space left on device"), match=f"/containers/create.*{web.name}", times=1000)
    proxy.arm(answer(403, "not allowed"), match=f"{db.cid}/stop", times=1000)
    daemon = start(host=proxy.host)

    lines = [daemon.wait("container not updated", container=app.name, timeout=200) for app in (web, db)]

    assert [told(line) for line in lines] == [
        (app.image, short(app.old), short(stack.image_id(app.image))) for app in (web, db)
    ]
    assert daemon.said("update rolled back") == []


def test_a_restart_that_fails_is_told_with_the_images(start: Start, stack: Stack, proxy: Proxy) -> None:
    """Of one that was to be updated itself, and was spared for that; then its tag went back."""
    web = outdated(
        stack,
        *LOCAL,
        "--label",
        f"com.docker.compose.project={stack.prefix}",
        "--label",
        "com.docker.compose.service=web",
    )
    follows = f"--label=com.docker.compose.project={stack.prefix} --label=com.docker.compose.service=worker"
    depends = "--label=com.docker.compose.depends_on=web:service_started:true"
    worker = outdated(stack, *LOCAL, *follows.split(), depends, name="worker")
    proxy.arm(hold := Hold(), match=f"^POST .*{web.cid}/stop")
    proxy.arm(answer(500, "not today"), match=f"^POST .*{worker.cid}/restart")
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)
    stack.tag(worker.old, worker.image)
    hold.release()

    line = daemon.wait("container not restarted", container=worker.name)

    assert "not today" in line["why"]
    assert told(line) == (worker.image, short(worker.old), short(worker.old))
    assert line.keys() >= {"digest"}


def test_what_is_not_updated_for_its_labels_is_told_with_the_images(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.cooldown=often")

    line = start().wait("container not updated", container=web.name)

    assert told(line) == (web.image, short(web.old), short(stack.image_id(web.image)))


def test_a_recovery_that_fails_is_told_with_the_images(
    cli: Commands, start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, *LOCAL)
    process = cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})
    proxy.arm(run(process.kill), match=f"^POST .*{web.cid}/rename")
    process.wait()
    proxy.arm(answer(500, "not today"), match=f"^POST .*{web.cid}/start", times=1000)

    line = start(host=proxy.host).wait("container not updated", container=web.name)

    assert "not today" in line["why"]
    assert told(line) == (web.image, short(web.old), short(stack.image_id(web.image)))


def test_lines_have_the_digest_of_the_new_image(
    start: Start, stack: Stack, registry: PrivateRegistry
) -> None:
    """Also before that is pulled, where it is only told."""
    web, db = published(stack, registry, *OPT_IN), pushed(stack, registry, name="db", options=NOTIFY)
    old = digest_of(db)
    publish(stack, registry, db, "new")
    daemon = start()

    lines = [daemon.wait(event, container=web.name) for event in ("update planned", "container updated")]
    lines.append(daemon.wait("update available", container=db.name))

    assert [line["digest"] for line in lines] == [digest_of(web), digest_of(web), digest_of(db)]
    assert digest_of(db) != old
    assert told(lines[0]) == told(lines[1]) == (web.image, short(web.old), short(stack.image_id(web.image)))
    assert told(lines[2]) == (db.image, short(db.old), "")


def test_an_update_that_was_cut_short_is_told_of_in_the_same_words(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, *LOCAL)
    killed = start(host=proxy.host)
    armed = proxy.arm(run(killed.process.kill), n=4)
    assert armed.fired.wait(60)
    killed.process.wait()

    line = start().wait("open update settled", container=web.name)

    assert told(line) == (web.image, short(web.old), short(stack.image_id(web.image)))


def test_an_update_of_a_stranger_is_told_of_in_the_same_words(
    start: Start, stack: Stack, proxy: Proxy, tmp_path: Path
) -> None:
    web = outdated(stack, *LOCAL)
    stranger = start(host=proxy.host, env={"CTR_UPDATER_STATE_DIR": str(tmp_path / "another")})
    armed = proxy.arm(run(stranger.process.kill), n=4)
    assert armed.fired.wait(60)
    stranger.process.wait()

    line = start().wait("update waits for another updater", container=web.name)

    assert told(line) == (web.image, short(web.old), short(stack.image_id(web.image)))


def test_what_a_failed_health_check_said_last_is_the_reason(daemon: Running, stack: Stack) -> None:
    web = labelled(stack)

    move(stack, web, healthcheck=SICK)

    why = daemon.wait("update rolled back", container=web.name)["why"]
    assert "it became unhealthy; its check said: the database is away" in why


def test_the_start_is_one_line_with_what_one_would_ask_first(start: Start, stack: Stack) -> None:
    labelled(stack)
    db = labelled(stack, name="db")

    daemon = start("--interval", "1h30m", env={"TZ": "Asia/Tokyo"}).looked()
    line = daemon.wait("daemon started")

    assert (line["level"], line["version"], line["interval_s"]) == ("info", __version__, 5400)
    assert (line["time_zone"], line["containers"]) == ("JST +0900", 2)
    assert Path(line["state_dir"]).is_dir()
    move(stack, db)
    daemon.wait("container updated", container=db.name)
    assert daemon.said("daemon started") == [line]
