"""An update that is killed while a hook runs is brought to an end, and the hook is run again."""

import subprocess
from concurrent.futures import Future

import pytest

from tests.integration.hooks import HOOKS, LOG, hooked, logged
from tests.integration.outcomes import ended
from tests.integration.updates import UPDATE, kill, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


@pytest.mark.parametrize("works", [True, False])
def test_after_a_crash_in_a_post_hook_it_is_run_again(
    cli: Commands, stack: Stack, proxy: Proxy, works: bool
) -> None:
    """The first run is killed while it runs; what the second run finds in it decides."""
    once = "echo post >> /data/log; test $(wc -l < /data/log) = 1 && sleep 98765; "
    web = hooked(stack, "", once + ("true" if works else "exit 4"))
    process: Future[subprocess.Popen[str]] = Future()
    proxy.arm(run(lambda: kill(process.result())), match="^GET /exec/(?!0000)", when="after")
    process.set_result(cli.start(*UPDATE, web.name, env=HOOKS | {"DOCKER_HOST": proxy.host}))
    ended(process.result())
    proxy.disarm()

    done = cli(*UPDATE, web.name, env=HOOKS)

    assert logged(stack, web.name)[:2] == ["post", "post"]
    assert list(stack.containers()) == [web.name]
    now = stack.inspect(web.name)
    if works:
        assert (done.code, now["Image"]) == (0, stack.image_id(web.image)), done
    else:
        assert (now["Id"], now["State"]["Running"]) == (web.cid, True), done
        assert "its post-update hook ended with code 4" in done.err


def test_a_kill_in_a_pre_hook_leaves_the_old_container_as_it_was(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = hooked(stack, LOG.format("pre"))
    process: Future[subprocess.Popen[str]] = Future()
    proxy.arm(run(lambda: kill(process.result())), match="^GET /exec/(?!0000)", when="after")
    process.set_result(cli.start(*UPDATE, web.name, env=HOOKS | {"DOCKER_HOST": proxy.host}))
    ended(process.result())
    proxy.disarm()
    assert stack.inspect(web.name)["Id"] == web.cid

    assert cli(*UPDATE, web.name, env=HOOKS).code == 0

    replaced(stack, web)
    assert [line.split()[0] for line in logged(stack, web.name)] == ["pre", "pre"]
