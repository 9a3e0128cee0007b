"""What images, endpoints and checks hold is carried over, or left out, whatever it is; it ends nothing."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.container.recreate.inspects import NEW_ID, OLD_ID, container
from tests.unit.test_hostile import LABELS, NASTY, TEXTS
from tests.unit.test_hostile_files import ANYTHING
from watcher.check.own_labels import foreign
from watcher.container.last_output import clause
from watcher.container.readiness import Demand, NotProved, proof_state
from watcher.container.recreate import replacement
from watcher.container.recreate.environment import user_env
from watcher.daemon.event_watcher import is_sign_of_life
from watcher.model.inspection import config_of
from watcher.model.platform import platform
from watcher.model.quoting import Mask

Json = dict[str, Any]

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

ENTRIES = st.one_of(st.none(), st.lists(TEXTS, max_size=5))
KEYED: st.SearchStrategy[Json | None] = st.one_of(st.none(), st.dictionaries(TEXTS, st.just({}), max_size=4))
CHECKS = st.fixed_dictionaries(
    {}, optional={"Test": ENTRIES, "Interval": st.integers(0, 2**63), "Retries": st.integers(0, 2**31)}
)
# What a program that speaks for an engine may say: keys of the right names that hold anything at all.
KEYS = ("Env", "Labels", "Entrypoint", "Cmd", "Healthcheck", "ExposedPorts", "Volumes", "User", "WorkingDir")
ENDPOINTS = st.dictionaries(
    TEXTS,
    st.fixed_dictionaries(
        {},
        optional={
            "Aliases": ENTRIES,
            "IPAddress": TEXTS,
            "MacAddress": TEXTS,
            "NetworkID": TEXTS,
            "DriverOpts": st.one_of(st.none(), st.dictionaries(TEXTS, TEXTS, max_size=3)),
            "IPAMConfig": st.one_of(st.none(), st.dictionaries(TEXTS, TEXTS, max_size=3)),
            "Unheard": ANYTHING,
        },
    ),
    max_size=3,
)


@st.composite
def configs(draw: st.DrawFn) -> Json:
    """The Config of an image or of a container, every text of it a stranger's."""
    texts = {key: draw(TEXTS) for key in ("User", "WorkingDir", "StopSignal", "Hostname")}
    lists = {key: draw(ENTRIES) for key in ("Env", "Cmd", "Entrypoint")}
    keyed = {key: draw(KEYED) for key in ("ExposedPorts", "Volumes")}
    return texts | lists | keyed | {"Labels": draw(LABELS), "Healthcheck": draw(CHECKS), "Image": "web:1"}


def image(identity: str, config: object) -> Json:
    return {"Id": identity, "Os": "linux", "Architecture": "amd64", "Config": config}


@settings(max_examples=50)
@given(configs(), configs(), configs(), ENDPOINTS, TEXTS)
def test_a_container_is_made_again_whatever_it_and_its_images_hold(
    own: Json, old: Json, new: Json, networks: Json, mode: str
) -> None:
    seen = container(own, {"NetworkMode": mode}, networks)

    made = replacement(seen, old_image=image(OLD_ID, old), new_image=image(NEW_ID, new), api=(1, 44))

    json.dumps([made.body, made.connect])
    assert made.networks == networks.keys()
    assert set(made.body.get("Env") or ()) <= set(own["Env"] or ())
    assert (made.body.get("Labels") or {}).keys() <= own["Labels"].keys()


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4))
@example({"Env": "PATH=/", "Labels": ["a"], "Entrypoint": 5})
@example({"Env": [5, None], "Labels": {"a": 5}, "Healthcheck": "true"})
def test_what_an_image_holds_that_is_of_no_engines_form_counts_as_not_said(config: Json) -> None:
    read = config_of({"Config": config})

    odd = image(OLD_ID, config)
    assert foreign({"a": "b"}, read.get("Labels") or {}, {OLD_ID}) <= {"a"}
    assert Mask(["A=hunter2"], read.get("Env") or [])("hunter2") == "***"
    assert replacement(container(), old_image=odd, new_image=odd, api=(1, 44)).body["Image"] == "web:1"


@given(ANYTHING)
def test_an_image_that_is_none_has_no_config(said: object) -> None:
    assert config_of(said) == {} or isinstance(said, dict)
    assert isinstance(platform({}, said if isinstance(said, dict) else None, "linux/amd64"), str)


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_what_a_check_says_is_one_line_without_a_secret(output: str, env: list[str]) -> None:
    mask = Mask(["TOKEN=hunter2", *env])

    said = clause("its check said", mask(f"{output} hunter2"))

    assert said.isprintable()
    assert "hunter2" not in said


def judged(checked: Json) -> str:
    """What a look says of a container, or why it has failed."""
    try:
        return proof_state(checked, 1.0, Demand()).value
    except NotProved as error:
        return str(error)


@given(st.dictionaries(st.sampled_from(["Status", "Log", "FailingStreak"]), TEXTS))
def test_a_check_of_any_words_is_waited_for_or_has_failed(health: Json) -> None:
    checked = container({"Healthcheck": {"Test": ["CMD", "true"]}}, networks={})
    checked["State"] = {"Status": "running", "Running": True, "Health": health | {"FailingStreak": None}}

    assert judged(checked).isprintable()


@given(ANYTHING)
def test_an_event_is_a_sign_of_life_or_none(attributes: object) -> None:
    event = {"Action": "update", "Actor": {"Attributes": attributes}}

    assert is_sign_of_life(event) is False
    assert is_sign_of_life(event | {"Actor": attributes}) is False


@pytest.mark.parametrize("text", [*NASTY, "1.2.3.4.5", "1.2.3.999", "a.b.c.d"])
def test_an_address_that_is_none_has_no_address_derived_from_it(text: str) -> None:
    seen = container(networks={"bridge": {}, "n": {"IPAddress": text, "MacAddress": "02:42:00:00:00:01"}})

    made = replacement(seen, old_image=image(OLD_ID, {}), new_image=image(NEW_ID, {}), api=(1, 44))

    ends = made.body["NetworkingConfig"]["EndpointsConfig"] | made.connect
    assert ends["n"]["MacAddress"] == "02:42:00:00:00:01"


class Counted(str):
    """A text that counts how often it is taken apart."""

    __slots__ = ()
    times = 0

    def partition(self, sep: str, /) -> tuple[str, str, str]:
        Counted.times += 1
        return super().partition(sep)


@pytest.mark.parametrize("length", [100, 3000])
def test_a_long_environment_that_no_image_explains_costs_no_square_of_its_length(length: int) -> None:
    """Whoever looks at it holds up all others meanwhile."""
    inherited = [Counted(f"V{number}=x") for number in range(length)]
    Counted.times = 0

    env = [*inherited, Counted("LAST=odd")]

    assert user_env(env, inherited) == env
    assert Counted.times <= 10 * length
