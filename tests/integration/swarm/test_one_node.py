"""Services of a swarm of one node: followed, judged, updated, brought back."""

import json

import pytest

from tests.integration.swarm.conftest import CRASH, Services, record, rows
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.swarm import get

pytestmark = pytest.mark.every_engine


def test_a_service_is_listed_and_judged_by_the_digest_of_its_tag(services: Services, cli: Commands) -> None:
    first = services.push("one")
    name = services.create(replicas=2)

    current = cli("watcher", "check", "--json", name)
    second = services.push("two")
    outdated = cli("watcher", "check", name)
    listed = {row["name"]: row for row in json.loads(cli("watcher", "list", "--json").out)}

    assert current.code == 0, current
    assert record(current) | {"verdict": "current", "running": first, "kind": "service"} == record(current)
    assert record(current)["state"] == "2/2"
    assert outdated.code == 1
    assert outdated.out.startswith(f"service/{name}: update available: {services.tag()} was ")
    assert listed[name]["target"] == second
    assert f"service/{name}" in cli("watcher", "list").out


def test_an_update_changes_the_image_alone_and_is_proved(services: Services, cli: Commands) -> None:
    old = services.push("one")
    name = services.create("--env", "A=b", "--hostname", "h", "--update-parallelism", "2", replicas=2)
    before = services.node.service(name)["Spec"]
    new = services.push("two")

    done = cli("watcher", "update", name)

    after = services.node.service(name)["Spec"]
    assert done.code == 0, done
    assert "2 of 2 run it" in done.out
    assert services.node.running(name, new) == 2
    assert services.image(name) == f"{services.tag()}@{new}"
    before["TaskTemplate"]["ContainerSpec"]["Image"] = after["TaskTemplate"]["ContainerSpec"]["Image"]
    assert after["Labels"].pop("ctr-updater.rollout").split()[1:3] == [new, old]
    assert after == before
    (row,) = rows(cli, name)
    assert (row["kind"], row["outcome"], row["name"]) == ("service", "updated", f"service/{name}")
    assert (row["old"]["id"], row["new"]["id"]) == (old, new)
    assert cli("watcher", "update", name).code == 0
    assert len(rows(cli, name)) == 1


def test_a_plan_is_an_object_as_that_of_a_container_is(services: Services, cli: Commands) -> None:
    old = services.push("one")
    name = services.create()
    new = services.push("two")

    (planned,) = json.loads(cli("watcher", "update", "--dry-run", "--json", name).out)

    assert (planned["done"], planned["plan"], services.digest(name)) == ("planned", [], old)
    (note,) = planned["notes"]
    assert note == f"the swarm rolls it out: {planned['reason']}"
    assert planned["target"] == new


def test_one_that_crashes_once_the_swarm_has_looked_away_is_not_tried_twice(
    services: Services, cli: Commands, proxy: Proxy
) -> None:
    old = services.push("one")
    name = services.create("--restart-delay", "60s", "--update-monitor", "100ms")
    bad = services.push("bad", cmd="sleep 1; exit 3")

    def failed() -> int:
        tasks = services.node.tasks(name)
        return len([each for each in tasks if each["Status"]["State"] == "failed"])

    def crash() -> None:
        services.wait(lambda: failed() == 1, "its crash")

    def told() -> None:
        proxy.arm(run(crash, then=passing), match="GET /services/")

    order = proxy.arm(run(told, then=passing), match="POST /services/.*/update", when="after")
    done = cli("watcher", "update", name, env={"DOCKER_HOST": proxy.host, "CTR_UPDATER_STABLE_FOR": "5s"})

    assert order.fired.is_set()
    assert (done.code, services.digest(name), failed()) == (6, old, 1), (done, bad)


@pytest.mark.parametrize("word", ["pause", "continue", "rollback"])
def test_one_that_crashes_goes_back_whatever_the_service_wants_the_swarm_to_do(
    services: Services, cli: Commands, word: str
) -> None:
    old = services.push("one")
    name = services.create("--update-failure-action", word, "--restart-delay", "100ms")
    new = services.push("bad", cmd=f"sleep 0.2; {CRASH}")

    done = cli("watcher", "update", name, env={"CTR_UPDATER_STABLE_FOR": "4s"})

    assert done.code == 6, done
    assert "non-zero exit (3)" in done.err
    assert services.digest(name) == old
    assert services.node.running(name, old) == 1
    assert rows(cli, name)[0]["outcome"] == "rolled back"
    held = cli("watcher", "check", "--json", name)
    assert (held.code, record(held)["verdict"], record(held)["target"]) == (1, "held", new)
    version = services.node.service(name)["Version"]
    assert cli("watcher", "update", name).code == 6
    assert services.node.service(name)["Version"] == version


def test_one_that_gets_unhealthy_after_the_swarms_own_watch_is_brought_back(
    services: Services, cli: Commands
) -> None:
    check = {"Test": ["CMD-SHELL", "test ! -e /sick"], "Interval": 10**9, "Timeout": 10**9, "Retries": 2}
    old = services.push("one")
    name = services.create()
    services.push("sick", cmd="sleep 4; touch /sick; sleep 999", healthcheck=check)

    done = cli("watcher", "update", name, env={"CTR_UPDATER_STABLE_FOR": "12s"})

    assert done.code == 6, done
    assert "unhealthy" in done.err
    assert services.digest(name) == old


def test_without_memory_one_that_went_back_is_not_tried_again(
    services: Services, cli: Commands, tmp_path_factory: pytest.TempPathFactory
) -> None:
    services.push("one")
    name = services.create()
    services.push("bad", cmd=CRASH)
    assert cli("watcher", "update", name).code == 6
    version = services.node.service(name)["Version"]

    done = cli(
        "watcher", "update", name, env={"CTR_UPDATER_STATE_DIR": str(tmp_path_factory.mktemp("other"))}
    )

    assert done.code == 6, done
    assert services.node.service(name)["Version"] == version


def test_a_missing_tag_is_unknown_and_changes_nothing(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create()
    services.change(
        name,
        lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(
            Image=services.image(name).replace(":1@", ":gone@")
        ),
    )
    services.wait(lambda: services.node.running(name, ":gone@") == 1, "the other tag")

    done = cli("watcher", "check", "--json", name), cli("watcher", "update", name)

    assert [each.code for each in done] == [5, 5], done
    assert record(done[0])["verdict"] == "unknown"
    assert ":gone@" in services.image(name)


def test_what_has_no_digest_is_known_by_what_its_tasks_run_and_pinned(
    services: Services, cli: Commands
) -> None:
    old = services.push("one")
    name = services.create()
    services.change(name, lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image=services.tag()))
    services.wait(lambda: services.node.images_running(name) == [services.tag()], "the tag alone")
    version = services.node.service(name)["Version"]

    assert cli("watcher", "check", name).code == 0
    assert cli("watcher", "update", name).code == 0
    assert services.node.service(name)["Version"]["Index"] >= version["Index"]
    assert services.image(name) == services.tag()
    services.push("bad", cmd=CRASH)
    assert cli("watcher", "update", name).code == 6
    assert services.digest(name) == old
    new = services.push("two")
    assert cli("watcher", "update", name).code == 0
    assert services.image(name) == f"{services.tag()}@{new}"


def test_one_that_a_person_pinned_follows_nothing(services: Services, cli: Commands) -> None:
    digest = services.push("one")
    services.push("two")
    repository = services.tag().rpartition(":")[0]
    bare = services.create(image=f"{repository}@{digest}")
    typed = f"{services.tag()}@{digest}"
    stack = services.create("--label", f"com.docker.stack.image={typed}", suffix="stack", image=typed)

    for name in (bare, stack):
        done = cli("watcher", "update", name)
        assert done.code == 0, done
        assert "pinned" in done.out
        assert services.digest(name) == digest


def test_no_replicas_are_updated_and_not_waited_for(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create(replicas=0)
    new = services.push("two")

    done = cli("watcher", "update", name)

    assert done.code == 0, done
    assert "it has no replicas" in done.out
    assert services.digest(name) == new


def test_a_global_service_and_a_job(services: Services, cli: Commands) -> None:
    services.push("one")
    services.push("one", "job", cmd="true")
    everywhere = services.create("--mode", "global")
    job = services.name("job")
    services.node.docker(
        *("service", "create", "--name", job, "--mode", "replicated-job", "-d"),
        *("--label", "ctr-updater.enable=true", services.tag("job")),
    )
    services.wait(lambda: services.node.running(everywhere) == 1, "the global one")
    new, done = services.push("two"), services.push("two", "job", cmd="true")

    updated = cli("watcher", "update", everywhere, job)

    assert updated.code == 0, updated
    assert "1 of 1 run it" in updated.out
    assert "it is a job" in updated.out
    assert (services.digest(everywhere), services.digest(job)) == (new, done)


def test_a_change_of_somebody_else_is_read_again_and_kept(
    services: Services, cli: Commands, proxy: Proxy
) -> None:
    services.push("one")
    name = services.create()
    new = services.push("two")

    def meddle() -> None:
        services.change(name, lambda spec: spec["Labels"].update(theirs="kept"))

    proxy.arm(run(meddle, then=passing), match="POST /services/.*/update")
    done = cli("watcher", "update", name, env={"DOCKER_HOST": proxy.host})

    assert done.code == 0, done
    assert services.digest(name) == new
    assert services.node.service(name)["Spec"]["Labels"]["theirs"] == "kept"
    assert len([call for call in proxy.calls if "/update?" in str(call)]) == 2


@pytest.mark.parametrize(
    "label", ["ctr-updater.veto-file=/data/busy", 'ctr-updater.hook.pre-update=["/bin/save"]']
)
def test_one_whose_containers_were_to_be_asked_is_not_updated(
    services: Services, cli: Commands, label: str
) -> None:
    old = services.push("one")
    name = services.create("--label", label)
    services.push("two")

    done = cli("watcher", "update", name)

    assert done.code == 5, done
    assert f"{label.partition('=')[0]} has no meaning on it" in done.err
    assert services.digest(name) == old


def test_replicas_behind_a_balancer_lose_no_request(services: Services, cli: Commands) -> None:
    check = {"Test": ["CMD-SHELL", "true"], "Interval": 3 * 10**8, "Timeout": 10**10, "Retries": 5}
    services.push("one", healthcheck=check)
    name = services.create("--publish", "mode=host,target=80", "--update-order", "start-first", replicas=2)
    new = services.push("two", healthcheck=check)
    process = cli.start("watcher", "update", name)
    lost, answers = 0, set()

    while process.poll() is None:
        known = _ports(services, name)
        said = next(filter(None, (get(services.node, port) for port in known)), "")
        # A balancer is told of each change; this one asks.
        lost += not said and known == _ports(services, name)
        answers.add(said.rpartition(" ")[2])

    assert process.returncode == 0
    assert services.node.running(name, new) == 2
    assert (lost, answers) == (0, {"one", "two"})


def _ports(services: Services, name: str) -> list[int]:
    """The ports of the tasks that run now, as a balancer in front of them knows them."""
    return [
        port["PublishedPort"]
        for task in services.node.tasks(name)
        if task["Status"]["State"] == task["DesiredState"] == "running"
        for port in task["Status"]["PortStatus"].get("Ports", [])
    ]
