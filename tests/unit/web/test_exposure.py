import pytest

from watcher.model.json_object import Json
from watcher.web.exposure import why_open


def host(**told: object) -> Json:
    return {"HostConfig": {"NetworkMode": "bridge"} | told}


@pytest.mark.parametrize(
    ("container", "why"),
    [
        (host(), ""),
        (host(PortBindings=None), ""),
        (host(PortBindings={"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}]}), ""),
        (host(PortBindings={"9090/tcp": [{"HostIp": "", "HostPort": "80"}]}), ""),
        (host(PortBindings={"8080/tcp": [{"HostIp": "", "HostPort": "80"}]}), "published on 0.0.0.0"),
        (
            host(PortBindings={"8080/tcp": [{"HostIp": "127.0.0.1"}, {"HostIp": "192.0.2.1"}]}),
            "published on 192.0.2.1",
        ),
        (host(PublishAllPorts=True), "publishes all ports"),
        (host(NetworkMode="host"), "network host"),
        (host(NetworkMode="container:abc"), "network container:abc"),
    ],
)
def test_published_ports_decide_who_reaches_a_container(container: Json, why: str) -> None:
    found = why_open(container, 8080)

    assert why in found
    assert bool(found) is bool(why)
