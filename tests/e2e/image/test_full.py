"""The image with Apprise: small all the same, the plain one with more on it, and it sends."""

import json
import tarfile

import pytest

from tests.e2e.image.conftest import HARDENED, Docker, files
from tests.e2e.image.test_contents import unlicensed
from tests.testbed.cli import Result
from tests.testbed.engine import PrivateEngine
from tests.testbed.receiver import MailServer, Receiver

FULL_LIMIT = 46_000_000  # bytes


@pytest.fixture(scope="session")
def full_contents(engine: PrivateEngine, full_image: str) -> dict[str, tarfile.TarInfo]:
    return files(engine, full_image)


def notify(docker: Docker, image: str, addresses: str) -> Result:
    """Send a test message from a hardened container on the network of the engine's machine."""
    options = ("--rm", "--network", "host", *HARDENED, "-e", f"CTR_UPDATER_NOTIFY={addresses}")
    return docker("run", *options, image, "watcher", "notify", "--test")


def test_it_is_small(full_contents: dict[str, tarfile.TarInfo]) -> None:
    assert sum(member.size for member in full_contents.values()) < FULL_LIMIT


def test_it_is_small_as_the_engine_reports_it(engine: PrivateEngine, full_image: str) -> None:
    size = json.loads(engine.docker("image", "inspect", full_image))[0]["Size"]

    # the containerd store counts what was pulled too, compressed
    assert size < FULL_LIMIT * (1.5 if engine.containerd_store else 1)


def test_licences_of_all_dependencies_are_inside(full_contents: dict[str, tarfile.TarInfo]) -> None:
    assert unlicensed(full_contents, ".ci/notify.txt") == []


def test_it_is_the_plain_image_with_more_on_it(engine: PrivateEngine, image: str, full_image: str) -> None:
    plain, full = (json.loads(engine.docker("image", "inspect", name))[0] for name in (image, full_image))

    layers = plain["RootFS"]["Layers"]
    assert full["RootFS"]["Layers"][: len(layers)] == layers
    assert full["Config"]["Entrypoint"] == plain["Config"]["Entrypoint"]
    assert full["Config"]["Labels"] == plain["Config"]["Labels"]
    assert full["Config"]["Healthcheck"] == plain["Config"]["Healthcheck"]


def test_the_plain_image_has_no_apprise_and_says_what_to_do(docker: Docker, image: str) -> None:
    done = notify(docker, image, "ntfy://topic")

    assert (done.code, "--target full" in done.out) == (5, True), done


def test_the_plain_image_posts_our_json(docker: Docker, image: str) -> None:
    with Receiver() as receiver:
        done = notify(docker, image, f"{receiver.url}/hook")

        assert done == (0, f"{receiver.url}: took it\n", "")
        assert len(receiver.got("/hook")) == 1


def test_it_sends_by_apprise_and_by_itself(docker: Docker, full_image: str) -> None:
    with Receiver() as receiver, MailServer() as server:
        mail = f"mailto://{server.address}?from=nas@example.com&to=me@example.com&mode=insecure"

        done = notify(docker, full_image, f"json://{receiver.address}/hook {mail} {receiver.url}/own")

        assert (done.code, done.err) == (0, ""), done
        assert len(receiver.got("/hook")) == len(receiver.got("/own")) == len(server.mails) == 1


def test_it_knows_the_services_that_people_ask_for(docker: Docker, full_image: str) -> None:
    """Each of them is one of Apprise's modules, which are found in another way than by an import."""
    program = (
        "import apprise\n"
        "urls = ['discord://1234567890/abcdefghijklmnop', 'tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/1',"
        "'ntfy://topic', 'slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/', 'gotify://host/token',"
        "'mailto://me:word@gmail.com', 'pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@tttttttttttttttttttttttttttttt',"
        "'mmost://host/token', 'hassio://host/token']\n"
        "print([url for url in urls if not apprise.Apprise().add(url)])\n"
        "print(len(apprise.Apprise().details()['schemas']) > 100)\n"
    )
    done = docker(
        "run", "--rm", "--network", "none", "--entrypoint", "python3", full_image, "-IS", "-c", program
    )

    assert done.out == "[]\nTrue\n", done
