"""The engine's merge, then ours, then the engine's again is what the user would have got at once."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.container.recreate.inspects import NEW_ID, NEWEST, OLD_ID, container, image
from tests.unit.container.recreate.merge import merged
from watcher.container.recreate import replacement

NAMES = st.sampled_from(["PATH", "A", "B", "C"])
VALUES = st.sampled_from(["", "1", "2", "a=b"])
ENTRIES = st.one_of(st.tuples(NAMES, VALUES).map("=".join), NAMES)
WORD = st.sampled_from(["run", "serve", "--all"])
WORDS = st.lists(WORD, max_size=2)
COMMAND = st.lists(WORD, min_size=1, max_size=2)
TEXT = st.sampled_from(["", "one", "two"])
KEYS = st.sampled_from(["a", "b", "c"])
PORTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["80/tcp", "53/udp", "443/tcp"]), st.just({})
)
VOLUMES: st.SearchStrategy[dict[str, Any]] = st.dictionaries(st.sampled_from(["/a", "/b", "/c"]), st.just({}))
HEALTH = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "Test": st.sampled_from([["NONE"], ["CMD", "a"], ["CMD-SHELL", "b"]]),
        "Interval": st.integers(1, 2),
        "Timeout": st.integers(1, 2),
        "StartPeriod": st.integers(1, 2),
        "StartInterval": st.integers(1, 2),
        "Retries": st.integers(1, 2),
    },
)


MERGED = (
    "Env", "Cmd", "Entrypoint", "User", "WorkingDir", "StopSignal",
    "Labels", "ExposedPorts", "Volumes", "Healthcheck",
)  # fmt: skip


def an_env(entries: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(entries, max_size=4, unique_by=lambda entry: entry.split("=")[0])


IMAGES = st.fixed_dictionaries(
    {},
    optional={
        "Env": an_env(st.tuples(NAMES, VALUES).map("=".join)),
        "Cmd": WORDS | st.none(),
        "Entrypoint": COMMAND | st.none(),
        "User": TEXT,
        "WorkingDir": st.sampled_from(["", "/srv", "/srv/", "/opt"]),
        "StopSignal": TEXT,
        "Labels": st.dictionaries(KEYS, TEXT),
        "ExposedPorts": PORTS,
        "Volumes": VOLUMES,
        "Healthcheck": HEALTH,
    },
)
OPTIONS = st.fixed_dictionaries(
    {
        "Env": an_env(ENTRIES),
        "Cmd": WORDS | st.none(),
        "Entrypoint": COMMAND | st.none() | st.just([""]) | st.just([]),
        "User": TEXT,
        "WorkingDir": st.sampled_from(["", "/srv", "/home"]),
        "StopSignal": TEXT,
        "Labels": st.dictionaries(KEYS, TEXT),
        "ExposedPorts": PORTS,
        "Volumes": VOLUMES,
        "Healthcheck": HEALTH,
    }
)


def clean(config: dict[str, Any]) -> dict[str, Any]:
    """As an engine with that Config shows it: no difference between null, empty and absent."""
    return {key: value for key, value in config.items() if value} | {
        "WorkingDir": (config.get("WorkingDir") or "").rstrip("/")
    }


def created(user: dict[str, Any], image_config: dict[str, Any]) -> dict[str, Any]:
    made = merged(user, image_config)
    assume(made["Entrypoint"] or made["Cmd"])  # else the engine refuses it: "no command specified"
    return made


def updated(config: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    payload = replacement(
        container(config), old_image=image(OLD_ID, **old), new_image=image(NEW_ID, **new), api=NEWEST
    )
    return created(
        {
            k: v
            for k, v in payload.body.items()
            if k not in ("HostConfig", "NetworkingConfig", "Hostname", "Domainname")
        },
        new,
    )


def recognisable(user: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """The user's options without those that inspect does not tell from the old image's defaults.

    These are all of the ambiguities, and they are documented: a value that equals the default; variables
    that stand last and only repeat what the image would have appended; and an entrypoint taken from an
    image that has none.
    """
    kept = dict(user)
    for key in ("User", "WorkingDir", "StopSignal"):
        kept[key] = user[key] if user[key] != clean(old).get(key) else ""
    kept["Labels"] = dict(user["Labels"].items() - (old.get("Labels") or {}).items())
    for key in ("ExposedPorts", "Volumes"):
        kept[key] = {name: {} for name in user[key] if name not in (old.get(key) or {})}
    health, default = user["Healthcheck"] or {}, old.get("Healthcheck") or {}
    kept["Healthcheck"] = {key: value for key, value in health.items() if value != default.get(key)}
    kept["Env"] = _recognisable_env(user["Env"], old)
    return kept | _recognisable_process(user, old)


def _recognisable_env(env: list[str], old: dict[str, Any]) -> list[str]:
    beginnings = [env[:length] for length in range(len(env) + 1)]
    return next(user for user in beginnings if _shown(user, old) == _shown(env, old))


def _shown(env: list[str], image_config: dict[str, Any]) -> list[str]:
    shown: list[str] = merged({"Env": env}, image_config)["Env"]
    return shown


def _recognisable_process(user: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    entrypoint, cmd = user["Entrypoint"], user["Cmd"] or []
    default_entrypoint, default_cmd = old.get("Entrypoint") or [], old.get("Cmd") or []
    if entrypoint in ([""], []) and not default_entrypoint:
        entrypoint = None
    if entrypoint == default_entrypoint and (cmd or not default_cmd):
        entrypoint = None
    if entrypoint in (None, []) and cmd == default_cmd:
        cmd = []
    return {"Entrypoint": entrypoint, "Cmd": cmd}


@given(user=OPTIONS, old=IMAGES, new=IMAGES)
def test_an_update_gives_what_a_fresh_run_on_the_new_image_gives(
    user: dict[str, Any], old: dict[str, Any], new: dict[str, Any]
) -> None:
    user = recognisable(user, old)

    after = updated(created(user, old), old, new)

    assert clean(after) | {"Image": "web:1"} == clean(created(user, new)) | {"Image": "web:1"}


@given(user=OPTIONS, old=IMAGES)
def test_an_update_to_a_rebuild_with_the_same_config_changes_nothing_whatever_the_options(
    user: dict[str, Any], old: dict[str, Any]
) -> None:
    before = created(user, old)
    after = updated(before, old, old)

    assert clean(after) == clean(before | {"Image": "web:1"})


@given(user=OPTIONS, old=IMAGES, new=IMAGES)
def test_a_second_update_to_the_same_config_does_not_drift(
    user: dict[str, Any], old: dict[str, Any], new: dict[str, Any]
) -> None:
    first = updated(created(user, old), old, new)

    second = updated(first, new, new)

    assert clean(second) == clean(first)


@given(user=OPTIONS, old=IMAGES, new=IMAGES)
def test_without_the_old_image_nothing_that_the_container_has_is_lost_unsaid(
    user: dict[str, Any], old: dict[str, Any], new: dict[str, Any]
) -> None:
    before = created(user, old)

    payload = replacement(container(before), old_image=None, new_image=image(NEW_ID, **new), api=NEWEST)

    for entry in before["Env"]:
        assert entry in (new.get("Env") or []) or entry in payload.body["Env"]
    assert bool(payload.assumed) == any(key in payload.body for key in MERGED)
