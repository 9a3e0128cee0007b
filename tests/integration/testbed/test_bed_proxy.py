"""The proxy before the engine changes nothing but what it is told to."""

import http.client
import queue
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from tests.testbed import api
from tests.testbed.engine import PrivateEngine
from tests.testbed.faults import Hold, answer, cut, passing
from tests.testbed.faults import run as run_and
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


@pytest.fixture
def app(stack: Stack) -> str:
    name = stack.name("app:1")
    stack.image(name, marker="hello")
    return name


@pytest.fixture
def docker(engine: PrivateEngine, proxy: Proxy) -> Callable[..., str]:
    """The real CLI through the proxy: standard input and output as text."""

    def call(*arguments: str, data: str = "", code: int = 0) -> str:
        environ = engine.environ | {"DOCKER_HOST": proxy.host}
        done = subprocess.run(
            ["docker", *arguments], env=environ, input=data, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return call


def test_standard_input_and_its_end_reach_the_container(docker: Callable[..., str], app: str) -> None:
    text = "x" * 200_000 + "\n"

    assert docker("run", "--rm", "-i", app, "cat", data=text) == text


def test_exec_works_through_the_proxy(docker: Callable[..., str], stack: Stack, app: str) -> None:
    web = stack.run(app)

    assert docker("exec", "-i", web, "sh", "-c", "cat; exit 3", data="in", code=3) == "in"


def test_attach_delivers_output_and_exit_code(docker: Callable[..., str], stack: Stack, app: str) -> None:
    reader = stack.create(app, "-i", command=("sh", "-c", "read line; echo got $line; exit 4"))

    assert docker("start", "-ai", reader, data="it\n", code=4) == "got it\n"


def test_followed_logs_end_with_the_container(docker: Callable[..., str], stack: Stack, app: str) -> None:
    loud = stack.create(app, command=("sh", "-c", "seq 1 20000"))
    stack.engine.docker("start", loud)

    assert docker("logs", "-f", loud).split() == [str(number) for number in range(1, 20001)]


def test_events_stream_through_the_proxy(proxy: Proxy, stack: Stack, app: str) -> None:
    with api.events(proxy.socket) as events:
        stack.run(app, name=stack.name("web"))
        started = next(event for event in events if event["Action"] == "start")

    assert started["Actor"]["Attributes"]["name"] == stack.name("web")


@pytest.mark.parametrize("builder", ["0", "1"])
def test_builds_work_through_the_proxy(
    engine: PrivateEngine, proxy: Proxy, app: str, stack: Stack, builder: str
) -> None:
    environ = engine.environ | {"DOCKER_HOST": proxy.host, "DOCKER_BUILDKIT": builder}
    dockerfile = f"FROM {app}\nRUN echo {builder} > /built\n"

    command = ["docker", "build", "-q", "-t", stack.name("built"), "-"]
    subprocess.run(command, env=environ, input=dockerfile.encode(), check=True)

    assert engine.docker("run", "--rm", stack.name("built"), "cat", "/built") == builder


def test_every_request_is_recorded_in_order_without_the_version(
    docker: Callable[..., str], proxy: Proxy, stack: Stack, app: str
) -> None:
    web = stack.create(app)
    proxy.calls.clear()

    docker("start", web)
    docker("rm", "-f", web)

    assert [call.path for call in proxy.changes] == [f"/containers/{web}/start", f"/containers/{web}"]
    assert proxy.changes[1].query == "force=1"


def test_requests_on_one_connection_are_told_apart(proxy: Proxy, stack: Stack, app: str) -> None:
    connection = api.Connection(proxy.socket, timeout=60)
    for number in range(3):
        connection.request("POST", "/volumes/create", f'{{"Name": "{stack.name(str(number))}"}}', _JSON)
        assert connection.getresponse().read()
    chunks = iter([b'{"Name": "', stack.name("chunked").encode(), b'"}'])
    connection.request("POST", "/volumes/create", chunks, _JSON, encode_chunked=True)
    assert connection.getresponse().read()
    connection.request("GET", f"/containers/{app}/json")
    assert connection.getresponse().read()
    connection.close()

    assert [str(call) for call in proxy.calls] == ["POST /volumes/create"] * 4 + [
        f"GET /containers/{app}/json"
    ]


def test_refused_hijack_leaves_the_connection_to_further_requests(proxy: Proxy) -> None:
    connection = api.Connection(proxy.socket, timeout=60)
    for path in ("/exec/nobody/start", "/exec/nothing/start"):
        connection.request("POST", path, "{}", {"Connection": "Upgrade", "Upgrade": "tcp", **_JSON})
        refusal = connection.getresponse()
        assert refusal.status == 404
        assert not refusal.will_close
        refusal.read()
    connection.close()

    assert [call.path for call in proxy.calls] == ["/exec/nobody/start", "/exec/nothing/start"]


def test_pulls_do_not_count_as_changes(docker: Callable[..., str], proxy: Proxy) -> None:
    docker("pull", "127.0.0.1:9/nothing", code=1)

    assert "/images/create" in [call.path for call in proxy.calls]
    assert proxy.changes == []


@pytest.mark.parametrize("n", [1, 2])
def test_answer_before_the_nth_change_keeps_it_from_the_engine(proxy: Proxy, stack: Stack, n: int) -> None:
    proxy.arm(answer(503, "not today"), n=n)

    answers = [_volume(proxy, stack.name(str(number))) for number in (1, 2, 3)]

    assert [status for status, _ in answers] == [503 if number == n else 201 for number in (1, 2, 3)]
    assert answers[n - 1][1] == {"message": "not today"}
    assert not _has_volume(stack, str(n))


def test_answer_after_the_engine_has_answered_replaces_it_alone(proxy: Proxy, stack: Stack) -> None:
    proxy.arm(answer(500), when="after")

    status, _ = _volume(proxy, stack.name("made"))

    assert status == 500
    assert _has_volume(stack, "made")


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_closes_the_connection_without_an_answer(proxy: Proxy, stack: Stack, when: str) -> None:
    proxy.arm(cut, when=when)  # type: ignore[arg-type] # a parameter is no literal

    with pytest.raises(http.client.RemoteDisconnected):
        _volume(proxy, stack.name("cut"))

    assert _has_volume(stack, "cut") == (when == "after")
    assert _volume(proxy, stack.name("next"))[0] == 201


@pytest.mark.parametrize("when", ["before", "after"])
def test_hold_keeps_one_connection_waiting_and_no_other(proxy: Proxy, stack: Stack, when: str) -> None:
    hold = Hold()
    proxy.arm(hold, when=when)  # type: ignore[arg-type] # a parameter is no literal
    held: list[int] = []
    thread = threading.Thread(target=lambda: held.append(_volume(proxy, stack.name("held"))[0]))
    thread.start()
    assert hold.reached.wait(60)

    assert _has_volume(stack, "held") == (when == "after")
    assert _volume(proxy, stack.name("other"))[0] == 201
    assert held == []
    hold.release()
    thread.join()

    assert held == [201]


def test_fault_strikes_the_calls_that_match(proxy: Proxy) -> None:
    armed = proxy.arm(answer(500), match="^GET /info", n=2, times=2)

    answers = [
        api.request(proxy.socket, "GET", path)[0] for path in ("/info", "/version", *["/v1.41/info"] * 3)
    ]

    assert answers == [200, 200, 500, 500, 200]
    assert armed.fired.is_set()


def test_client_killed_before_a_call_has_not_made_it(
    engine: PrivateEngine, proxy: Proxy, stack: Stack
) -> None:
    environ = engine.environ | {"DOCKER_HOST": proxy.host}
    clients: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
    proxy.arm(run_and(lambda: _kill(clients.get())), match="^POST /volumes")

    client = subprocess.Popen(["docker", "volume", "create", stack.name("never")], env=environ)
    clients.put(client)

    assert client.wait() == -signal.SIGKILL
    assert not _has_volume(stack, "never")


def test_engine_killed_after_a_change_has_made_it(engine: PrivateEngine, proxy: Proxy, stack: Stack) -> None:
    proxy.arm(run_and(engine.kill), when="after")

    with pytest.raises(http.client.RemoteDisconnected):
        _volume(proxy, stack.name("made"))
    with pytest.raises(ConnectionError):
        _volume(proxy, stack.name("refused"))
    engine.start()

    assert _has_volume(stack, "made")
    assert _volume(proxy, stack.name("again"))[0] == 201


def test_callback_may_let_the_call_pass(proxy: Proxy, stack: Stack) -> None:
    seen: list[bool] = []
    proxy.arm(run_and(lambda: seen.append(_has_volume(stack, "passing")), then=passing))

    assert _volume(proxy, stack.name("passing"))[0] == 201
    assert seen == [False]


_JSON = {"Content-Type": "application/json"}


def _volume(proxy: Proxy, name: str) -> tuple[int, object]:
    return api.request(proxy.socket, "POST", "/volumes/create", {"Name": name})


def _has_volume(stack: Stack, suffix: str) -> bool:
    return stack.engine.api("GET", f"/volumes/{stack.name(suffix)}")[0] == 200


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
