"""The container that this program runs in is not in the list, whatever runtime started it: `hostname(1)`."""

import pytest

from tests.integration.outcomes import ended
from tests.testbed.cli import Commands, Result
from tests.testbed.stack import Stack


def called(cli: Commands, hostname: str, *command: str) -> Result:
    """Run a command on a machine of this name, which bears no other sign of a container."""
    script = f"echo {hostname} > /proc/sys/kernel/hostname && exec {' '.join(command)}"
    return ended(cli.start("ctr-updater", "--uts", "sh", "-c", script, executable="/usr/bin/unshare"))


@pytest.mark.parametrize("digits", [12, 64])
def test_the_container_whose_id_begins_with_the_hostname_is_left_out(
    cli: Commands, stack: Stack, digits: int
) -> None:
    stack.image(stack.name("app:1"))
    me, _ = (stack.run(stack.name("app:1"), name=stack.name(name)) for name in ("me", "web"))

    done = called(cli, me[:digits], "ctr-updater")

    assert done == (0, f"Choose a container to analyze:\n{stack.name('web')}\n", "")


@pytest.mark.parametrize("hostname", ["{cid:.8}", "{cid:.1}", "web", "cafecafecafe"])
def test_no_other_hostname_hides_anything(cli: Commands, stack: Stack, hostname: str) -> None:
    stack.image(stack.name("app:1"))
    web = stack.run(stack.name("app:1"), name=stack.name("web"))

    done = called(cli, hostname.format(cid=web), "ctr-updater")

    assert done == (0, f"Choose a container to analyze:\n{stack.name('web')}\n", "")


def test_it_is_not_updated_either(cli: Commands, stack: Stack) -> None:
    stack.image(stack.name("app:1"), marker="old")
    me = stack.run(stack.name("app:1"), name=stack.name("me"))
    stack.image(stack.name("app:1"), marker="new")

    done = called(cli, me[:12], "ctr-updater", "--autoupdate", stack.name("me"))

    assert (done.code, "the updater itself runs in" in done.err) == (7, True)
    assert stack.inspect(stack.name("me"))["Id"] == me
