"""Images, registries and the removal of what a test made do what the tests rely on."""

import urllib.request
from collections.abc import Callable

import pytest

from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry, Request
from tests.testbed.stack import Stack


def test_image_id_depends_on_the_arguments_alone(stack: Stack) -> None:
    first = stack.image(stack.name("a:1"), marker="same", env=["A=1"])
    again = stack.image(stack.name("b:1"), marker="same", env=["A=1"])
    salted = stack.image(stack.name("c:1"), marker="same", env=["A=1"], salt="x")
    other = stack.image(stack.name("d:1"), marker="other", env=["A=1"])

    assert first == again
    assert len({first, salted, other}) == 3


def test_loading_an_image_again_moves_no_tag(stack: Stack) -> None:
    name = stack.name("app:1")

    assert stack.image(name, marker="one") == stack.image(name, marker="one")
    assert stack.image(name, marker="two") == stack.image_id(name)


def test_image_config_is_what_was_asked_for(stack: Stack) -> None:
    name = stack.name("app:1")
    stack.image(
        name,
        cmd=["a"],
        entrypoint=["b"],
        env=["C=d"],
        labels={"e": "f"},
        expose=["53/udp"],
        volumes=["/g"],
        workdir="/h",
        user="nobody",
        stopsignal="SIGINT",
        healthcheck="true",
        config={"Shell": ["/bin/sh", "-ec"], "OnBuild": ["RUN true"], "ArgsEscaped": True},
    )

    config = stack.engine.api("GET", f"/images/{name}/json")[1]["Config"]

    expected = {
        "Cmd": ["a"],
        "Entrypoint": ["b"],
        "Env": ["PATH=/bin", "C=d"],
        "Labels": {"marker": name, "e": "f"},
        "ExposedPorts": {"53/udp": {}},
        "Volumes": {"/g": {}},
        "WorkingDir": "/h",
        "User": "nobody",
        "StopSignal": "SIGINT",
        "Shell": ["/bin/sh", "-ec"],
        "OnBuild": ["RUN true"],
    }
    assert {key: config.get(key) for key in expected} == expected
    assert config["Healthcheck"]["Test"] == ["CMD-SHELL", "true"]


def test_default_command_serves_the_marker_and_exits_at_sigterm(
    stack: Stack, free_port: Callable[[], int]
) -> None:
    port = free_port()
    healthy = "wget -qO- 127.0.0.1"
    stack.image(stack.name("app:1"), marker="it is me", healthcheck=healthy)
    web = stack.run(stack.name("app:1"), "-p", f"127.0.0.1:{port}:80")
    stack.wait_for(web, lambda found: found["State"]["Health"]["Status"] == "healthy")

    with urllib.request.urlopen(f"http://127.0.0.1:{port}") as answer:
        served = answer.read()
    stack.engine.docker("stop", "-t", "60", web)

    assert served == b"it is me\n"
    assert stack.inspect(web)["State"]["ExitCode"] == 0


@pytest.mark.parametrize("builder", ["classic", "buildkit"])
def test_images_are_built_by_the_builder_asked_for(stack: Stack, builder: str) -> None:
    dockerfile = 'FROM scratch\nCOPY busybox index.html /\nENTRYPOINT ["/busybox"]\n'
    name = stack.name("built:1")

    built = stack.build(name, dockerfile, context={"index.html": "one"}, builder=builder)
    rebuilt = stack.build(name, dockerfile, context={"index.html": "two"}, builder=builder)

    assert built != rebuilt == stack.image_id(name)
    assert stack.engine.docker("run", "--rm", name, "cat", "/index.html") == "two"


def test_registry_is_pushed_to_pulled_from_and_logged(stack: Stack, registry: PrivateRegistry) -> None:
    name = f"{registry.address}/{stack.name('app:1')}"
    image = stack.image(name)
    stack.engine.docker("push", name)
    stack.engine.docker("rmi", name)

    stack.engine.docker("pull", name)

    assert stack.image_id(name) == image
    repository, tag = stack.name("app:1").split(":")
    assert Request("PUT", f"/v2/{repository}/manifests/{tag}", 201) in registry.requests()


def test_registry_asks_for_the_password(stack: Stack) -> None:
    with PrivateRegistry(user="bob", password="secret") as private:  # noqa: S106 - the test's own registry
        name = f"{private.address}/{stack.name('app:1')}"
        stack.image(name)
        refusal = stack.engine.docker("push", name, check=False)

        stack.engine.docker("login", "-u", "bob", "-p", "secret", private.address)
        stack.engine.docker("push", name)
        stack.engine.docker("logout", private.address)

    assert "no basic auth credentials" in refusal or "authorization failed" in refusal


def test_registry_keeps_its_port_and_images_over_a_stop(stack: Stack) -> None:
    with PrivateRegistry() as private:
        name = f"{private.address}/{stack.name('app:1')}"
        stack.image(name)
        stack.engine.docker("push", name)

        private.stop()
        refusal = stack.engine.docker("pull", name, check=False)
        private.start()
        stack.engine.docker("pull", name)

    assert "connection refused" in refusal


def test_a_test_leaves_nothing_on_the_engine(engine: PrivateEngine) -> None:
    before = Stack(engine)._everything()  # noqa: SLF001 - the bed's own view
    made = Stack(engine)
    made.image(made.name("app:1"), volumes=["/data"])
    made.build(made.name("built:1"), f"FROM {made.name('app:1')}\nRUN true\nRUN true\n", builder="classic")
    made.tag(made.name("app:1"), made.name("app:2"))
    engine.docker("network", "create", made.name("net"))
    engine.docker("volume", "create", made.name("vol"))
    made.run(made.name("built:1"), "--network", made.name("net"), "--restart", "always")
    assert made._everything() != before  # noqa: SLF001 - the bed's own view

    made.clean()

    assert made._everything() == before  # noqa: SLF001 - the bed's own view
