"""Which container is meant: its name, its id, or a prefix of the id that fits one alone."""

import pytest

from tests.integration.apps import App, current
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine


def two_with_a_common_prefix(stack: Stack) -> tuple[str, str, str]:
    """Return two ids and their longest common prefix; of 17 ids, two begin with the same digit."""
    app = stack.name("app:1")
    stack.image(app)
    first: dict[str, str] = {}
    while True:
        cid = stack.create(app)
        if cid[0] in first:
            return first[cid[0]], cid, _common(first[cid[0]], cid)
        first[cid[0]] = cid


def test_name_full_id_and_unambiguous_prefixes_mean_the_same_container(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    for text in (web.name, f"/{web.name}", web.cid, web.cid[:12], web.cid[:6]):
        done = cli("ctr-updater", text)
        assert (done.code, done.err.partition(":")[0]) == (0, web.name)


def test_an_ambiguous_prefix_is_3_and_lists_what_it_matches(cli: Commands, stack: Stack) -> None:
    one, two, prefix = two_with_a_common_prefix(stack)
    names = {cid: stack.inspect(cid)["Name"].removeprefix("/") for cid in (one, two)}

    done = cli("ctr-updater", prefix)

    matched = ", ".join(sorted(f"{name} ({cid[:12]})" for cid, name in names.items()))
    assert done == (3, "", f"'{prefix}' is ambiguous: it matches {matched} - use more digits, or the name\n")


def test_a_name_beats_a_prefix_of_an_id(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.run(web.image, name=web.cid[:4])

    assert cli("ctr-updater", web.cid[:4]).err.startswith(f"{web.cid[:4]}: up to date")


def test_a_name_that_begins_another_is_not_ambiguous(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.run(web.image, name=f"{web.name}-2")

    assert cli("ctr-updater", web.name).err.startswith(f"{web.name}: ")


def test_an_unknown_name_is_3_and_the_line_says_what_is_near(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    done = cli("ctr-updater", f"{web.name}x")

    assert (done.code, done.out) == (3, "")
    assert done.err == f"no such container: '{web.name}x' matches none of 1 - did you mean {web.name}?\n"


def test_an_unknown_name_that_nothing_is_like_is_3_in_one_line(cli: Commands, stack: Stack) -> None:
    current(stack)

    done = cli("ctr-updater", "zzzzzzzzzz")

    assert done == (
        3,
        "",
        "no such container: 'zzzzzzzzzz' matches none of 1 - `docker ps -a` lists what there is\n",
    )


NO_NAMES = [
    "a/b",
    "web/../x",
    "//web",
    "we b",
    "web\n",
    "-",
    ".",
    "..",
    "wéb",
    "%2e",
    "a?all=1",
    "a#b",
    "*",
    "😀",
    "a" * 5000,
]


@pytest.mark.parametrize("text", NO_NAMES)
@pytest.mark.parametrize(
    "command", [("ctr-updater",), ("watcher", "check"), ("watcher", "update", "--no-pull")]
)
def test_whatever_is_typed_as_a_name_is_3_in_one_line_and_reaches_no_other_part_of_the_api(
    cli: Commands, stack: Stack, command: tuple[str, ...], text: str
) -> None:
    assert stack.containers() == {}

    done = cli(*command, "--", text)

    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize("command", [("ctr-updater",), ("watcher", "check"), ("watcher", "update")])
def test_an_empty_name_is_a_usage_error(cli: Commands, command: tuple[str, ...]) -> None:
    done = cli(*command, "")

    assert (done.code, done.out) == (2, "")
    assert "NAME is empty" in done.err


def test_the_sub_resources_of_the_api_are_no_names(cli: Commands, stack: Stack) -> None:
    """`/containers/json` is a list: the word must not be taken for a container."""
    assert stack.containers() == {}

    assert cli("ctr-updater", "json").code == 3


def test_a_container_may_be_called_json(cli: Commands, stack: Stack) -> None:
    app: App = current(stack)
    stack.run(app.image, name="json")

    assert cli("ctr-updater", "json").code == 0


def _common(one: str, two: str) -> str:
    length = next(i for i in range(len(one)) if one[i] != two[i])
    return one[:length]
