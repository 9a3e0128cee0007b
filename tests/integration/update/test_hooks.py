"""Hooks run in the container itself around its update, and have the last word."""

import json

import pytest

from tests.integration.apps import QUICK, current, outdated
from tests.integration.hooks import HOOKS, LOG, hook, hooked, logged
from tests.integration.outcomes import line_of
from tests.integration.shared_namespaces import joined, joining
from tests.integration.updates import UPDATE, replaced, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


def test_pre_runs_in_the_old_container_and_post_in_its_proved_successor(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, LOG.format("pre"), LOG.format("post"))

    done = cli(*UPDATE, web.name, env=HOOKS)

    assert done.code == 0, done
    after = replaced(stack, web)
    assert logged(stack, web.name) == [f"pre {web.cid[:12]}", f"post {after['Id'][:12]}"]


def test_a_plan_shows_hooks_where_they_come_and_runs_none(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, LOG.format("pre"), LOG.format("post"))

    done = cli("watcher", "update", "--dry-run", "--no-pull", web.name, env=HOOKS)

    plan = [line.partition(". ")[2].partition(": ") for line in done.out.splitlines()[1:]]
    assert [deed for deed, _, _ in plan] == [
        *("create its successor", "run its pre-update hook", "stop it", "rename it aside"),
        *("give the successor its name", "start the successor", "prove the successor"),
        *("run its post-update hook", "remove the old container"),
    ]
    assert plan[1][2] == f"sh -c '{LOG.format('pre')}' has the last word"
    unchanged(stack, stack.inspect(web.name))
    assert stack.engine.docker("exec", web.name, "ls", "/data") == ""


def test_without_hooks_none_runs_and_that_is_said(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, "exit 1", "exit 1", "--label", "ctr-updater.enable=true")

    told = cli("watcher", "check", web.name).err

    labels = ", ".join(f"ctr-updater.hook.{when}-update" for when in ("post", "pre"))
    assert f"hooks do not run, so {labels} have no effect" in told
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    replaced(stack, web)


def test_75_is_not_now_and_nothing_is_left_of_it(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, "echo still busy; exit 75")
    before = stack.inspect(web.name)

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 7)

    said = "its pre-update hook says not now (sh -c 'echo still busy; exit 75'); its last words: still busy"
    assert line == f"{web.name} is not updated: {said} - try again later, as the daemon does"
    unchanged(stack, before)
    (row,) = json.loads(cli("watcher", "history", "--json", web.name).out)
    assert (row["outcome"], row["down_s"]) == ("refused", None)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (r"printf '\033[31mno\n'; exit 3", r"ended with code 3 (sh -c "),
        ("kill -9 $$", "ended with code 137 (sh -c 'kill -9 $$')"),
    ],
)
def test_any_other_code_fails_the_update_and_holds_the_image(
    cli: Commands, stack: Stack, command: str, said: str
) -> None:
    web = hooked(stack, command)
    before = stack.inspect(web.name)

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    assert line.startswith(f"{web.name} could not be updated: its pre-update hook {said}")
    assert "\x1b" not in line
    assert line.endswith("; the old container is running as it was")
    unchanged(stack, before)
    assert "failed on" in line_of(cli(*UPDATE, web.name, env=HOOKS), 6)
    (row,) = json.loads(cli("watcher", "history", "--json", web.name).out)
    assert (row["outcome"], row["down_s"]) == ("failed", None)


def test_what_is_no_program_fails_it_too(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *hook("pre-update", "/no/such", "program"))

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    assert f"{web.name} could not be updated: its pre-update hook ended with code 12" in line
    assert "(/no/such program)" in line
    assert "no such file" in line


def test_where_the_engine_could_not_begin_it_no_image_has_failed(cli: Commands, stack: Stack) -> None:
    """So it says, in the program's place, where it was killed as it entered the container."""
    said = "OCI runtime exec failed: exec failed: unable to start container process: error starting setns"
    web = hooked(stack, f"echo '{said} process: fork/exec /proc/self/exe: no such file'; exit 127")
    before = stack.inspect(web.name)

    for _ in range(2):
        line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)
        assert "could not run its pre-update hook: the engine could not enter the container for it (" in line
        assert "); its last words: OCI runtime exec failed: " in line
    unchanged(stack, before)


def test_a_failed_post_hook_is_a_failed_proof(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, "true", "echo no login; exit 1")

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    said = "its post-update hook ended with code 1 (sh -c 'echo no login; exit 1'); its last words: no login"
    assert line == f"{web.name} could not be updated: {said}; the old container is running as it was"
    assert stack.inspect(web.name)["Id"] == web.cid
    assert list(stack.containers()) == [web.name]


def test_where_it_is_optional_it_is_only_told(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, "", "exit 1", "--label", "ctr-updater.hook.post-optional=true")

    done = cli(*UPDATE, web.name, env=HOOKS)

    assert (done.code, "its post-update hook ended with code 1 (sh -c 'exit 1')" in done.err) == (0, True)
    replaced(stack, web)


@pytest.mark.parametrize("kind", ["pre-update", "post-update"])
def test_one_that_does_not_end_is_killed_with_its_children_and_has_failed(
    cli: Commands, stack: Stack, kind: str
) -> None:
    labels = (*hook(kind, "echo begun; sleep 98765 & sleep 98765"), "--label", "ctr-updater.hook.timeout=1s")
    web = outdated(stack, *labels)

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    said = f"{web.name} could not be updated: its {kind} hook did not end within 1 s (sh -c 'echo begun"
    assert line.startswith(said)
    assert ", and was killed; its last words: begun" in line
    assert stack.inspect(web.name)["Id"] == web.cid
    stack.wait(lambda: "98765" not in stack.engine.docker("top", web.name))


def test_a_child_that_is_left_behind_is_not_waited_for(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *hook("pre-update", "sleep 98765 & echo done"))

    assert cli(*UPDATE, web.name, env=HOOKS).code == 0
    replaced(stack, web)


def test_endless_output_without_a_line_is_cut(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *hook("pre-update", "head -c 3000000 /dev/zero | tr '\\0' x; exit 1"))

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    assert "its last words: xxx" in line
    assert len(line) < 1000


def test_what_does_not_let_it_run_is_refused_and_no_hook_is_skipped(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = hooked(stack, "true")
    before = stack.inspect(web.name)
    proxy.arm(answer(403, "authorization denied"), match="^POST /containers/[^/]+/exec", times=99, asked=True)

    line = line_of(cli(*UPDATE, web.name, env=HOOKS | {"DOCKER_HOST": proxy.host}), 4)

    assert line.startswith(f"cannot update {web.name}: POST /containers/{{id}}/exec is not allowed")
    assert proxy.changes == []
    unchanged(stack, before)


@pytest.mark.parametrize(
    "value", ["/bin/backup --all", '"/bin/backup"', "[]", '[""]', '["a", 1]', "[" * 100000]
)
def test_a_hook_that_cannot_be_read_starts_no_update(cli: Commands, stack: Stack, value: str) -> None:
    web = outdated(stack, "--label", f"ctr-updater.hook.pre-update={value}")

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 2)

    assert line.endswith('it takes a JSON list of words such as ["/bin/backup", "--all"]')
    assert stack.inspect(web.name)["Id"] == web.cid


def test_what_an_image_says_is_no_hook(cli: Commands, stack: Stack) -> None:
    label = {"ctr-updater.hook.pre-update": '["false"]', "ctr-updater.enable": "true"}
    web = outdated(stack, labels=label)

    assert cli(*UPDATE, web.name, env=HOOKS).code == 0
    replaced(stack, web)


def test_who_is_replaced_with_it_has_its_own_and_all_are_asked_before_anybody_stops(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = hooked(stack, LOG.format("pre-web"), LOG.format("post-web"))
    volume = ("-v", f"{stack.name('data')}:/data")
    hooks = (*hook("pre-update", LOG.format("pre-side")), *hook("post-update", LOG.format("post-side")))
    joined(stack, *joining(web, "--network"), *volume, *hooks, name="side")

    done = cli(*UPDATE, web.name, env=HOOKS | {"DOCKER_HOST": proxy.host})

    assert done.code == 0, done
    lines = [line.split()[0] for line in logged(stack, web.name)]
    assert lines == ["pre-side", "pre-web", "post-web", "post-side"]
    paths = [call.path.rpartition("/")[2] for call in proxy.changes]
    execs = [n for n, path in enumerate(paths) if path == "exec"]
    assert execs[1] < paths.index("stop") < execs[2]


def test_the_hook_of_one_that_is_replaced_with_it_keeps_both(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    side = joined(stack, *joining(web, "--network"), *hook("pre-update", "exit 75"), name="side")

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 7)

    assert line.startswith(f"{side.name} is not updated: its pre-update hook says not now")
    assert sorted(stack.containers()) == sorted([web.name, side.name])


def test_what_does_not_run_has_no_hook_to_run(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, "exit 1", "exit 1")
    stack.engine.docker("stop", "-t", "0", web.name)

    assert cli(*UPDATE, web.name, env=HOOKS).code == 0
    replaced(stack, web)


def test_one_that_is_paused_is_not_updated_and_that_is_said(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, "true")
    stack.engine.docker("pause", web.name)
    before = stack.inspect(web.name)

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    assert "is paused, unpause the container before exec" in line
    unchanged(stack, before)
    stack.engine.docker("unpause", web.name)


def test_a_rollback_runs_them_too(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, LOG.format("pre"), LOG.format("post"))
    assert cli(*UPDATE, web.name, env=HOOKS).code == 0

    assert cli("watcher", "rollback", web.name, env=HOOKS).code == 0

    assert [line.split()[0] for line in logged(stack, web.name)] == ["pre", "post", "pre", "post"]


def test_secrets_of_its_environment_are_hidden_in_what_it_says(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "-e", "DB_PASSWORD=hunter2secret", *hook("pre-update", "env; exit 1"))

    line = line_of(cli(*UPDATE, web.name, env=HOOKS), 6)

    assert "hunter2secret" not in line
    assert "DB_PASSWORD=***" in line


def test_what_needs_no_update_runs_no_hook(cli: Commands, stack: Stack) -> None:
    web = current(stack, *hook("pre-update", "exit 1"))

    assert cli(*UPDATE, web.name, env=HOOKS).code == 0
    assert stack.inspect(web.name)["Id"] == web.cid
