"""Files that Compose put into a container are carried over, and nothing that its own processes wrote."""

import io
import re
import subprocess
import tarfile
import time
from datetime import datetime

import pytest

from tests.integration.apps import QUICK, App
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

COMPOSES = ("--label", "com.docker.compose.project=p")
MIB = 1024 * 1024
_MOST_MIB = 150  # what the updater is large with, all in all
# A process that is started bears the size of the one that starts it, so a small one does.
_MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def tar(files: dict[str, bytes]) -> bytes:
    """As Compose makes it: whole seconds, of now."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode, member.mtime = len(content), 0o444, int(time.time())
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def composed(stack: Stack, files: dict[str, bytes], *options: str) -> App:
    """A container of Compose's with an update, that files were put into before its start."""
    image, name = stack.name("web-app:1"), stack.name("web")
    old = stack.image(image, marker="old")
    cid = stack.create(image, *(options or COMPOSES), name=name)
    command = ["docker", "--host", stack.engine.host, "cp", "-", f"{name}:/"]
    subprocess.run(command, input=tar(files), check=True, capture_output=True)
    stack.engine.docker("start", name)
    stack.image(image, marker="new")
    return App(name, cid, image, old)


def reads(proxy: Proxy, method: str) -> list[str]:
    """The files that were asked for."""
    return [str(call) for call in proxy.calls if call.method == method and "/archive" in str(call)]


def listed(stack: Stack, name: str, where: str) -> list[str]:
    return stack.engine.docker("exec", name, "sh", "-c", f"ls {where} 2>/dev/null || true").split()


def test_what_was_put_in_is_carried_over_and_what_was_planted_beside_it_is_not(
    cli: Commands, stack: Stack
) -> None:
    web = composed(stack, {"/run/secrets/password": b"sesame", "/etc/site.conf": b"server web"})
    stack.engine.docker("exec", web.name, "sh", "-c", "echo x > /run/secrets/planted; echo x > /etc/planted")

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0
    replaced(stack, web)
    assert listed(stack, web.name, "/run/secrets") == ["password"]
    assert stack.engine.docker("exec", web.name, "cat", "/etc/site.conf") == "server web"
    assert listed(stack, web.name, "/etc/planted") == []
    assert "/run/secrets/planted changed while it ran" in done.err
    assert "/etc/planted changed while it ran: whether Compose put it there" in done.err
    assert cli(*UPDATE, web.name, env=QUICK).code == 0


@pytest.mark.parametrize(
    "path", ["/run/secrets/password", "/site.conf", "/etc/site.conf", "/usr/share/site/conf.d/a.conf"]
)
def test_what_was_overwritten_is_not_carried_over_and_that_is_said(
    cli: Commands, stack: Stack, path: str
) -> None:
    web = composed(stack, {path: b"sesame"})
    stack.engine.docker("exec", web.name, "sh", "-c", f"echo mine > {path}")

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0
    assert f"{path} changed while it ran" in done.err
    assert listed(stack, web.name, path) == []


def test_of_what_everybody_may_write_to_it_is_said_that_it_cannot_be_told(
    cli: Commands, stack: Stack
) -> None:
    web = composed(stack, {"/etc/site.conf": b"server web"})
    edit = "chmod 644 /etc/site.conf; echo mine > /etc/site.conf"
    edit += "; mkdir -p /tmp /var/log; : > /tmp/a; : > /var/log/b"
    stack.engine.docker("exec", web.name, "sh", "-c", edit)

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "/etc/site.conf changed while it ran: whether Compose put it there" in done.err
    assert "cannot be told" in done.err
    assert "`docker compose up -d --force-recreate`" in done.err


def test_what_a_process_wrote_is_not_even_read(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = composed(stack, {})
    bomb = f"mkdir -p /run/secrets; dd if=/dev/zero of=/run/secrets/bomb bs={MIB} count=64"
    stack.engine.docker("exec", web.name, "sh", "-c", bomb)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 0
    assert reads(proxy, "GET") == []
    replaced(stack, web)


@pytest.mark.parametrize(
    "files",
    [{"/etc/large": bytes(MIB + 8192)}, {f"/etc/{n}": bytes(MIB - 1024) for n in range(18)}],
    ids=["one", "together"],
)
def test_what_is_too_large_to_be_composes_is_refused_before_anything_is_touched(
    cli: Commands, stack: Stack, proxy: Proxy, files: dict[str, bytes]
) -> None:
    web = composed(stack, files)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.err.count("\n")) == (7, 1)
    assert "larger than 1 MiB each or 16 MiB together" in done.err
    assert proxy.changes == []
    assert stack.inspect(web.name)["Id"] == web.cid


def test_twenty_thousand_changed_files_cost_no_twenty_thousand_questions(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = composed(stack, {"/conf": b"own"})
    many = "mkdir /cache; cd /cache; i=0; while [ $i -lt 20000 ]; do : > $i; i=$((i+1)); done"
    stack.engine.docker("exec", web.name, "sh", "-c", many)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert done.code == 0, done.err
    assert 1 <= len(reads(proxy, "HEAD")) <= 32
    assert re.search(r"20000 files were changed in /cache: too many to tell whether Compose put", done.err)
    assert stack.engine.docker("exec", web.name, "cat", "/conf") == "own"
    assert listed(stack, web.name, "/cache") == []


def test_many_files_in_many_folders_are_looked_at_up_to_a_number(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = composed(stack, {"/conf": b"own"})
    many = "mkdir /srv; cd /srv; i=0; while [ $i -lt 900 ]; do mkdir $i; : > $i/x; i=$((i+1)); done"
    stack.engine.docker("exec", web.name, "sh", "-c", many)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}, timeout=240)

    assert done.code == 0, done.err
    assert len(reads(proxy, "HEAD")) == 512
    assert "and 386 more: too many to tell whether Compose put" in done.err
    assert stack.engine.docker("exec", web.name, "cat", "/conf") == "own"


def test_a_bomb_is_refused_and_nothing_of_it_is_held(cli: Commands, stack: Stack) -> None:
    """It bears the time at which Compose writes its files, so it is taken for one of them."""
    web = composed(stack, {})
    created = int(datetime.fromisoformat(stack.inspect(web.name)["Created"]).timestamp())
    bomb = f"mkdir -p /run/secrets; cd /run/secrets; dd if=/dev/zero of=bomb bs={MIB} seek=3071 count=1"
    stack.engine.docker("exec", web.name, "sh", "-c", f"{bomb}; touch -d @{created} bomb")

    done = cli("python", "-c", _MEASURED, *UPDATE, web.name, env=QUICK)

    assert done.code == 7
    assert int(done.out) < _MOST_MIB * 1024
    assert "larger than 1 MiB each" in done.err


def test_a_files_name_moves_no_terminal(cli: Commands, stack: Stack) -> None:
    web = composed(stack, {})
    planted = "mkdir -p /run/secrets; echo x > \"/run/secrets/$(printf '\\033]0;owned\\007')\""
    stack.engine.docker("exec", web.name, "sh", "-c", planted)

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0
    assert r"/run/secrets/\x1b]0;owned\x07 changed while it ran" in done.err
    assert "\x1b" not in done.err.replace("\r\x1b[K", "")
