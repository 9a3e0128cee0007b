"""Addresses are read as the docker CLI reads them, before any connection is made."""

import hashlib
import json
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from watcher.engine.endpoint import DEFAULT_SOCKET, find, find_chosen
from watcher.model.chosen_engine import ChosenEngine
from watcher.model.errors import EngineUnavailable


def context(home: Path, name: str, docker: Any) -> None:
    """Write a context as `docker context create` does (20.10 to 28.5)."""
    directory = home / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
    directory.mkdir(parents=True)
    (directory / "meta.json").write_text(
        json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": docker}})
    )


def current_context(home: Path, name: str) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("tcp://10.0.0.1:2375", "http://10.0.0.1:2375"),
        ("tcp://host", "http://host:2375"),
        ("tcp://host/", "http://host:2375"),
        ("tcp://[fd00::1]:1234", "http://[fd00::1]:1234"),
        ("http://host:80", "http://host:80"),
        ("https://host", "https://host:2376"),
    ],
)
def test_a_tcp_address_has_a_port_whether_it_says_so_or_not(host: str, url: str) -> None:
    assert find({"DOCKER_HOST": host}).url == url


def test_a_socket_is_the_path_after_the_scheme() -> None:
    assert find({"DOCKER_HOST": "unix:///a/b c.sock"}).socket == "/a/b c.sock"


def test_without_any_setting_it_is_the_default_socket(tmp_path: Path) -> None:
    assert find({"HOME": str(tmp_path)}).shown == DEFAULT_SOCKET


@pytest.mark.parametrize("variable", ["DOCKER_TLS_VERIFY", "DOCKER_TLS"])
@pytest.mark.parametrize("value", ["1", "0", "false"])
def test_any_value_but_the_empty_one_asks_for_tls(variable: str, value: str, tmp_path: Path) -> None:
    """docker/cli cli/flags/options.go: `os.Getenv(...) != ""`."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")

    found = find({"DOCKER_HOST": "tcp://host", variable: value, "DOCKER_CERT_PATH": str(tmp_path)})

    assert found.url == "https://host:2376"
    assert found.tls
    assert (found.tls.verify_mode is ssl.CERT_REQUIRED) == (variable == "DOCKER_TLS_VERIFY")
    assert found.tls.check_hostname == (variable == "DOCKER_TLS_VERIFY")


@pytest.mark.parametrize("variable", ["DOCKER_TLS_VERIFY", "DOCKER_TLS"])
def test_a_folder_of_certificates_that_cannot_be_looked_into_is_one_line(variable: str) -> None:
    folder = f"/{'c' * 300}"  # File name too long

    with pytest.raises(EngineUnavailable, match=r"^cannot .* TLS certificates.*/ccc.* DOCKER_CERT_PATH to"):
        find({"DOCKER_HOST": "tcp://host", variable: "1", "DOCKER_CERT_PATH": folder})


def test_an_empty_value_asks_for_none() -> None:
    assert find({"DOCKER_HOST": "tcp://host", "DOCKER_TLS_VERIFY": "", "DOCKER_TLS": ""}).tls is None


def test_the_context_called_default_is_the_default_socket_whatever_is_current(tmp_path: Path) -> None:
    context(tmp_path, "other", {"Host": "tcp://other"})
    current_context(tmp_path, "other")

    assert find({"HOME": str(tmp_path)}).url == "http://other:2375"
    assert find({"HOME": str(tmp_path), "DOCKER_CONTEXT": "default"}).shown == DEFAULT_SOCKET


@pytest.mark.parametrize(
    "content", ["[]", '"x"', "null", "{}", '{"currentContext": null}', '{"currentContext": ""}']
)
def test_a_config_without_a_current_context_means_the_default_socket(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)

    assert find({"DOCKER_CONFIG": str(tmp_path)}).shown == DEFAULT_SOCKET


@pytest.mark.parametrize("docker", [None, {}, [], "x", {"Host": ""}, {"Host": None}])
def test_a_context_that_says_no_host_is_named(docker: Any, tmp_path: Path) -> None:
    context(tmp_path, "broken", docker)

    with pytest.raises(EngineUnavailable, match="context 'broken'"):
        find({"HOME": str(tmp_path), "DOCKER_CONTEXT": "broken"})


def test_a_context_of_ssh_is_said_not_to_be_spoken(tmp_path: Path) -> None:
    context(tmp_path, "far", {"Host": "ssh://me@far"})

    with pytest.raises(
        EngineUnavailable, match=r"ssh://me@far \(the context 'far'\): ssh is not spoken here"
    ):
        find({"HOME": str(tmp_path), "DOCKER_CONTEXT": "far"})


NO_ADDRESSES = [
    "tcp://[::1", "tcp://[x]", "tcp://a]b", "tcp://h\u2100", "https://[",
    "tcp://localhost:99999", "tcp://h:80:90", "tcp://h:port", "tcp://:2375", "tcp://", "tcp://h/path",
]  # fmt: skip


@pytest.mark.parametrize("host", NO_ADDRESSES)
def test_an_address_that_is_none_is_said_to_be_wherever_it_stands(host: str, tmp_path: Path) -> None:
    context(tmp_path, "odd", {"Host": host})
    home = {"HOME": str(tmp_path)}

    for source, chosen, environ in (
        ("DOCKER_HOST", None, {"DOCKER_HOST": host}),
        ("CTR_UPDATER_ENGINES, nas", ChosenEngine("nas", host), home),
        ("the context 'odd'", None, home | {"DOCKER_CONTEXT": "odd"}),
        ("the context 'odd'", ChosenEngine("odd", ""), home),
    ):
        with pytest.raises(EngineUnavailable) as refused:
            find_chosen(chosen, environ) if chosen else find(environ)
        assert str(refused.value) == (
            f"cannot reach the engine at {host!r} ({source}): no such address"
            " - use unix:///path/to/docker.sock or tcp://host:port"
        )


@pytest.mark.parametrize("name", [chr(0xDCFF), chr(0xD800)])
def test_a_context_whose_name_is_no_text_is_one_that_there_is_not(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": name}))

    for environ in ({"DOCKER_CONTEXT": name, "HOME": str(tmp_path)}, {"DOCKER_CONFIG": str(tmp_path)}):
        with pytest.raises(EngineUnavailable, match="cannot find the Docker context"):
            find(environ)
