from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.container.recreate.inspects import NEW_ID, container, image, volume
from watcher.container.recreate import replacement

APIS = st.sampled_from([(1, 41), (1, 43), (1, 44), (1, 45), (1, 48), (1, 51), (1, 52)])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
UNKNOWN = st.dictionaries(st.from_regex(r"New[A-Z]{3}", fullmatch=True), JSON, max_size=3)


def full(config: dict[str, Any], host: dict[str, Any]) -> dict[str, Any]:
    return container(
        {
            "Env": ["A=1"],
            "Labels": {"a": "1", "com.docker.compose.image": "x"},
            "Healthcheck": {"Test": ["CMD", "x"]},
            **config,
        },
        {
            "NetworkMode": "n",
            "Binds": ["/s:/t"],
            "Mounts": [{"Type": "volume", "Target": "/m"}],
            "Sysctls": {"net.ipv4.conf.eth0.x": "1"},
            "PortBindings": {"80/tcp": []},
            **host,
        },
        {
            "n": {"Aliases": ["x"], "DriverOpts": {"k": "v"}, "IPAMConfig": {"IPv4Address": "1.2.3.4"}},
            "m": {"DriverOpts": {"k": "v"}},
        },
        Mounts=[volume("v", "/m"), volume("w", "/w")],
    )


@given(config=UNKNOWN, host=UNKNOWN, api=APIS)
def test_keys_that_nobody_here_knows_pass_through(
    config: dict[str, Any], host: dict[str, Any], api: tuple[int, int]
) -> None:
    body = replacement(full(config, host), old_image=image(), new_image=image(NEW_ID), api=api).body

    assert body.items() >= config.items()
    assert body["HostConfig"].items() >= host.items()


@given(config=UNKNOWN, host=UNKNOWN, api=APIS)
def test_nothing_that_is_given_is_changed_or_shared(
    config: dict[str, Any], host: dict[str, Any], api: tuple[int, int]
) -> None:
    seen, old, new = full(config, host), image(Env=["A=1"]), image(NEW_ID)
    before = deepcopy((seen, old, new))

    made = replacement(seen, old_image=old, new_image=new, api=api)
    for endpoint in (*made.connect.values(), *made.body["NetworkingConfig"]["EndpointsConfig"].values()):
        endpoint.setdefault("Aliases", []).append("more")
        endpoint.setdefault("DriverOpts", {})["more"] = "more"
    made.body["HostConfig"]["Binds"].append("more")
    made.body["Labels"]["more"] = "more"

    assert (seen, old, new) == before
