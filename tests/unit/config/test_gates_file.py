"""The gates' file: what it may say, and the one line that names file, line and what would be right."""

from pathlib import Path

import pytest

from watcher.config.gate_grammar import Mount
from watcher.config.gates import Gate, Gates
from watcher.config.gates_file import line_of, read, read_again
from watcher.model.errors import UnreadableSetting

DIGEST = "sha256:" + "a" * 64
SIGNED = f"""
[signed]
image = "tools/openssl@{DIGEST}"
command = ["verify", "{{image}}"]
"""


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "gates.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def refusal(folder: Path, text: str | bytes) -> str:
    """What is said of a file, without the folder that it lies in."""
    with pytest.raises(UnreadableSetting) as caught:
        read(written(folder, text))
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{folder}/", "")


def test_no_file_is_no_gate() -> None:
    assert read("") == Gates()


def test_a_gate_has_what_keeps_it_in_its_bounds_unless_it_says_otherwise(tmp_path: Path) -> None:
    gates = read(written(tmp_path, SIGNED))

    assert gates.by_name == {
        "signed": Gate(
            "signed", f"tools/openssl@{DIGEST}", ("verify", "{image}"), network="none", timeout=120
        )
    }


def test_all_that_a_gate_may_say(tmp_path: Path) -> None:
    more = """
entrypoint = ["/bin/sh", "-c"]
mounts = ["/etc/keys:/keys", "cache:/cache:rw"]
network = "bridge"
timeout = "5m"
memory = "2g"
user = "65534:65534"
env = { HOME = "/home", TOKEN = "x=y" }
"""
    gate = read(written(tmp_path, SIGNED + more)).named("signed")

    assert gate == Gate(
        "signed",
        f"tools/openssl@{DIGEST}",
        ("verify", "{image}"),
        ("/bin/sh", "-c"),
        (Mount("/etc/keys", "/keys"), Mount("cache", "/cache", is_writable=True)),
        "bridge",
        300,
        2 * 1024**3,
        "65534:65534",
        {"HOME": "/home", "TOKEN": "x=y"},
    )


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("image", '"trivy:latest"', "name@sha256:"),
        ("image", '"trivy@sha256:beef"', "name@sha256:"),
        ("image", "7", "name@sha256:"),
        ("command", '"verify {image}"', "a list of words"),
        ("command", '["verify"]', "{image}"),
        ("command", "[]", "a list of words"),
        ("command", '["{image}", 7]', "a list of words"),
        ("entrypoint", "[]", "a list of words"),
        ("mounts", '"/etc:/etc"', "SOURCE:TARGET"),
        ("mounts", '["/etc"]', "SOURCE:TARGET"),
        ("mounts", '["/etc:etc"]', "SOURCE:TARGET"),
        ("mounts", '["/etc:/"]', "SOURCE:TARGET"),
        ("mounts", '["/etc:/etc:rx"]', "SOURCE:TARGET"),
        ("mounts", '["./etc:/etc"]', "SOURCE:TARGET"),
        ("mounts", "[7]", "SOURCE:TARGET"),
        ("network", '"host"', "neither host"),
        ("network", '"container:web"', "neither host"),
        ("network", '""', "neither host"),
        ("timeout", '"0"', "a duration of 1s or more"),
        ("timeout", "30", "a duration of 1s or more"),
        ("timeout", '"soon"', "a duration of 1s or more"),
        ("memory", '"1k"', "a size of 6m or more"),
        ("memory", '"5m"', "a size of 6m or more"),
        ("user", '"root; id"', "a user"),
        ("env", '["A=b"]', "a table of strings"),
        ("env", "{ A = 1 }", "a table of strings"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_with_its_line_and_what_it_takes(
    tmp_path: Path, key: str, value: str, right: str
) -> None:
    kept = [line for line in SIGNED.splitlines() if not line.startswith(f"{key} =")]
    text = "\n".join([*kept, "", "# a remark", f"{key} = {value}", ""])

    line = refusal(tmp_path, text)

    assert line.startswith(f"gates.toml:{len(kept) + 3}: {key} = ")
    assert "of the gate signed cannot be read - it takes " in line
    assert right in line


@pytest.mark.parametrize(
    "source",
    [
        "/",
        "//",
        "/var",
        "/var/run",
        "/run",
        "/run/docker.sock",
        "/var/run/docker.sock",
        "//run//docker.sock",
        "/etc/../run",
        "/run/user/1000",
        "/proc/1/root",
        "/opt/engine.sock",
        "/sys",
        "/dev",
    ],
)
def test_no_gate_sees_the_engines_socket_or_what_holds_it(tmp_path: Path, source: str) -> None:
    line = refusal(tmp_path, f'{SIGNED}mounts = ["{source}:/mnt"]\n')

    assert line.startswith("gates.toml:5: mounts = ")
    assert "neither the engine's socket nor what holds that" in line


@pytest.mark.parametrize("source", ["engine", "engine/run", "engine/run/api", "link", "link/run", "other"])
def test_no_gate_sees_the_socket_by_which_the_engine_is_reached(tmp_path: Path, source: str) -> None:
    """Wherever it is, whatever it is called, and by whichever link."""
    (tmp_path / "engine" / "run").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "engine")
    (tmp_path / "other").symlink_to("/run")
    path = written(tmp_path, f'{SIGNED}mounts = ["{tmp_path}/{source}:/mnt"]\n')

    with pytest.raises(UnreadableSetting) as caught:
        read(path, [f"{tmp_path}/link/run/api"])

    what = f"the mount {tmp_path}/{source} of the gate signed leads to the engine's socket"
    assert str(caught.value).startswith(f"{path}:5: {what} - it takes ")


def test_what_lies_beside_the_socket_is_taken(tmp_path: Path) -> None:
    text = f'{SIGNED}mounts = ["{tmp_path}/engine/keys:/mnt", "engine:/cache"]\n'

    assert read(written(tmp_path, text), [f"{tmp_path}/engine/api"]).named("signed")


@pytest.mark.parametrize("source", ["/etc/keys", "/var/lib/trivy", "/runner", "/srv/run", "cache"])
def test_other_sources_are_taken(tmp_path: Path, source: str) -> None:
    gate = read(written(tmp_path, f'{SIGNED}mounts = ["{source}:/mnt"]\n')).named("signed")

    assert gate
    assert [mount.source for mount in gate.mounts] == [source]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[signed\n", "gates.toml:1: this is no TOML: Expected ']'"),
        ("\n\n[signed]\nimage =\n", "gates.toml:4: this is no TOML: Invalid value"),
        ('[signed]\n\nimage = "', "gates.toml:3: this is no TOML: "),
        ("[a]\n[a]\n", "gates.toml:2: this is no TOML: Cannot declare"),
        (b"[a]\n\xff = 1\n", "gates.toml:2: this is no UTF-8"),
        ("x = 1\n", "gates.toml:1: 'x' is no gate - a gate is a table"),
        ('\n["a b"]\n', "gates.toml:2: 'a b' cannot be the name of a gate - "),
        (
            "# one\n\n[signed]\ncommand = ['{image}']\n",
            "gates.toml:3: the gate signed has no image - it takes ",
        ),
        (f"[signed]\nimage = 'a@{DIGEST}'\n", "gates.toml:1: the gate signed has no command - it takes "),
        (
            f"{SIGNED}\ncomand = []\n",
            "gates.toml:6: 'comand' of the gate signed is not known - did you mean command?",
        ),
        (
            f"{SIGNED}\nx = []\n",
            "gates.toml:6: 'x' of the gate signed is not known - it is one of image, command, ",
        ),
        (f"{SIGNED}\n[signed.more]\n", "gates.toml:6: 'more' of the gate signed is not known"),
        ("x" * (64 * 1024 + 1), "the file of the gates gates.toml is too long"),
    ],
)
def test_a_file_that_is_no_gates_file_is_refused_with_the_line(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    assert refusal(tmp_path, text).startswith(said)


@pytest.mark.parametrize(("name", "why"), [("gone.toml", "No such file"), ("", "Is a directory")])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UnreadableSetting, match=why) as caught:
        read(f"{tmp_path}/{name}")

    assert str(tmp_path) in str(caught.value)
    assert "CTR_UPDATER_GATES_FILE" in str(caught.value)


def test_the_line_of_a_value_is_the_one_that_it_begins_on() -> None:
    text = "# one\n[a]\nb = [\n  1,\n\n  2,\n]\n\n# two\nc = 1\n"

    assert [line_of(text, *keys) for keys in (["a"], ["a", "b"], ["a", "c"])] == [2, 3, 10]


def test_another_definition_is_another_gate(tmp_path: Path) -> None:
    one = read(written(tmp_path, SIGNED)).named("signed")
    same = read(written(tmp_path, f"# the same\n{SIGNED}")).named("signed")
    other = read(written(tmp_path, SIGNED + 'timeout = "5s"\n')).named("signed")

    assert one
    assert same
    assert other
    assert one.definition == same.definition != other.definition


def test_the_file_is_read_again(tmp_path: Path) -> None:
    gates = read(written(tmp_path, SIGNED))
    assert not read_again(gates, "signed")
    written(tmp_path, SIGNED.replace("signed", "scanned"))

    assert read_again(gates, "")

    assert [*gates.by_name] == ["scanned"]


@pytest.mark.parametrize(
    "text", ["[signed", f'{SIGNED}mounts = ["/keys/api:/mnt"]', "", SIGNED.replace("signed", "b")]
)
def test_a_file_that_cannot_be_read_again_leaves_the_gates_as_they_were(tmp_path: Path, text: str) -> None:
    gates = read(written(tmp_path, SIGNED), ["/keys/api"])
    written(tmp_path, text)

    with pytest.raises(UnreadableSetting):
        read_again(gates, "signed")

    assert [*gates.by_name] == ["signed"]
