"""What a real Prometheus scrapes of a daemon, and the dashboard, the alerts and the document that name it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.daemon.apps import labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_registry import pushed
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.prometheus import Prometheus, promtool
from tests.testbed.proxy import Proxy
from tests.testbed.receiver import Receiver
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

DOCS = Path(__file__).parents[3] / "docs"
ALERTS = DOCS / "grafana/alerts.yaml"
NOTIFY = ("--label", "ctr-updater.mode=notify")
METRIC = re.compile(r"\bctr_updater_[a-z_]+")
DOCUMENTED = dict(
    re.findall(r"^\| `(ctr_updater_\w+)[{`].* \| (\w+) \|", (DOCS / "metrics.md").read_text(), re.MULTILINE)
)


def expressions() -> Iterator[str]:
    """Those of the dashboard, as Grafana would send them."""
    for panel in json.loads((DOCS / "grafana/dashboard.json").read_text())["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$engine", ".*").replace("$__rate_interval", "1m")


def names_in(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))


@pytest.fixture
def prometheus(api: Api) -> Iterator[Prometheus]:
    with Prometheus(api.url.removeprefix("http://"), TOKENS["CTR_UPDATER_READ_TOKEN"], ALERTS) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def api(start: Start, free_port: Callable[[], int], receiver: Receiver) -> Api:
    port, environ = free_port(), TOKENS | {"CTR_UPDATER_NOTIFY": f"{receiver.url}/hook"}
    return Api(start("--listen", f"127.0.0.1:{port}", env={**environ}).looked(), port)


def lived(api: Api, stack: Stack, registry: PrivateRegistry, receiver: Receiver) -> None:
    """Let there be an update, a question to a registry, and a message."""
    pushed(stack, registry, name="followed")
    web, other = (labelled(stack, *NOTIFY, name=name) for name in ("web", "other"))
    move(stack, web)
    move(stack, other)
    assert api.done(f"/api/v1/containers/{web.name}/update")[0] == "done"
    api("POST", "/api/v1/look")  # its end is when people are told
    wait_until(lambda: bool(receiver.got()), "the message")
    wait_until(lambda: 'tag_checks_total{registry="127' in api.metrics(), "the question")
    wait_until(lambda: 'notifications_total{result="taken"' in api.metrics(), "that it was taken")


def test_prometheus_scrapes_what_is_documented_and_answers_what_the_dashboard_asks(
    api: Api, stack: Stack, registry: PrivateRegistry, receiver: Receiver, prometheus: Prometheus
) -> None:
    lived(api, stack, registry, receiver)
    asked = [name + ("_count" if kind == "histogram" else "") for name, kind in DOCUMENTED.items()]
    for each in (*asked, *expressions()):
        wait_until(lambda each=each: bool(prometheus.query(each)), each)  # type: ignore[misc]

    wait_until(lambda: [each["health"] for each in prometheus.targets()] == ["up"], "a scrape in time")
    wait_until(lambda: {each["health"] for each in prometheus.rules()} == {"ok"}, "the rules")


def test_promtool_finds_no_fault_and_the_document_the_dashboard_and_the_alerts_name_what_there_is(
    api: Api, stack: Stack, registry: PrivateRegistry, receiver: Receiver
) -> None:
    lived(api, stack, registry, receiver)

    text = api.metrics()

    assert promtool("check", "metrics", data=text) == ""
    assert "SUCCESS: 9 rules found" in promtool("check", "rules", ALERTS)
    assert names_in(text) == {*DOCUMENTED}
    samples = set(METRIC.findall(re.sub(r"(?m)^#.*$", "", text)))
    for asked in (*expressions(), ALERTS.read_text()):
        assert {*METRIC.findall(asked)} <= samples, asked


def test_what_is_gone_leaves_the_series(
    api: Api, stack: Stack, registry: PrivateRegistry, receiver: Receiver
) -> None:
    lived(api, stack, registry, receiver)
    assert 'verdict="current"} 2' in api.metrics()

    for name in [*stack.containers()]:
        stack.engine.docker("rm", "-f", name)
    text = api.metrics()

    assert 'verdict="current"} 0' in text
    assert stack.prefix not in text
    assert registry.address not in text


def test_what_was_set_aside_for_a_person_is_no_open_update(api: Api, stack: Stack) -> None:
    web = labelled(stack)
    stack.create(web.image, name=f"{web.name}.ctr-updater-old-r-{'0' * 12}")
    cut_short = stack.create(web.image, name=f"{stack.name('gone')}.ctr-updater-old-r-{'0' * 12}")

    assert 'ctr_updater_open_updates{engine="local"} 1.0' in api.metrics()
    stack.engine.docker("rm", cut_short)
    assert 'ctr_updater_open_updates{engine="local"} 0.0' in api.metrics()


def test_while_the_engine_is_gone_nothing_is_said_of_its_containers(api: Api, stack: Stack) -> None:
    web = labelled(stack)
    assert web.name in api.metrics()
    stack.engine.stop()
    try:
        api.daemon.wait("engine gone")
        text = api.metrics()
    finally:
        stack.engine.start()

    assert 'ctr_updater_engine_up{engine="local"} 0.0' in text
    assert "verdict=" not in text
    assert web.name not in text


def test_an_engine_that_hangs_leaves_what_the_daemon_knows_by_itself(
    start: Start, free_port: Callable[[], int], stack: Stack, proxy: Proxy
) -> None:
    web, port, hold = labelled(stack), free_port(), Hold()
    api = Api(start("--listen", f"127.0.0.1:{port}", host=proxy.host, env={**TOKENS}).looked(), port)
    assert web.name in api.metrics()
    proxy.arm(hold, match="^GET .*/containers/", times=1000)

    text = api.metrics()

    assert "ctr_updater_build_info" in text
    assert "verdict=" not in text
    hold.release()
    assert web.name in api.metrics()


def test_they_need_a_token_unless_they_are_public(
    start: Start, free_port: Callable[[], int], tmp_path: Path
) -> None:
    def status(*public: str) -> tuple[int, int]:
        port = free_port()
        state = tmp_path / str(port)
        environ = {**TOKENS, "CTR_UPDATER_STATE_DIR": str(state)}
        api = Api(start("--listen", f"127.0.0.1:{port}", *public, env=environ).looked(), port)
        return int(api.curl("curl $URL/metrics")), int(api.curl("curl $URL/api/v1/status"))

    assert status() == (401, 401)
    assert status("--public", "metrics") == (200, 401)
    assert status("--public", "read") == (401, 200)
