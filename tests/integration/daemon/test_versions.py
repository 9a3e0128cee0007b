"""The daemon's lines about an update tell the versions of both images, and where to read what is new."""

from pathlib import Path

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Line, Start
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

SOURCE = "https://github.com/example/app"
VERSIONS = ("1.27.4", "1.27.5", f"{SOURCE}/compare/{'a1' * 20}...{'b2' * 20}")


def said(version: str, revision: str) -> dict[str, str]:
    labels = {"version": version, "revision": revision, "source": SOURCE}
    return {f"org.opencontainers.image.{key}": value for key, value in labels.items()}


def released(stack: Stack, *options: object, name: str = "web") -> App:
    old, new = said("1.27.4", "a1" * 20), said("1.27.5", "b2" * 20)
    return outdated(stack, *LOCAL, *options, name=name, labels=old, new={"labels": new})


def told(line: Line) -> tuple[str, str, str]:
    return line["old_version"], line["new_version"], line["link"]


def test_every_line_about_an_update_tells_versions_and_a_link(start: Start, stack: Stack) -> None:
    web, db = released(stack), released(stack, "--label", "ctr-updater.mode=notify", name="db")
    daemon = start()

    lines = [
        daemon.wait("update planned", container=web.name),
        daemon.wait("container updated", container=web.name),
        daemon.wait("update available", container=db.name),
    ]

    assert [told(line) for line in lines] == [VERSIONS] * 3


def test_what_images_do_not_say_is_no_key(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)

    line = start().wait("container updated", container=web.name)

    assert not line.keys() & {"old_version", "new_version", "link"}


def test_an_update_that_was_cut_short_is_told_of_with_the_same(
    start: Start, stack: Stack, proxy: Proxy, tmp_path: Path
) -> None:
    web = released(stack)
    stranger = start(host=proxy.host, env={"CTR_UPDATER_STATE_DIR": str(tmp_path / "another")})
    assert proxy.arm(run(stranger.process.kill), n=4).fired.wait(60)
    stranger.process.wait()

    assert told(start().wait("update waits for another updater", container=web.name)) == VERSIONS
