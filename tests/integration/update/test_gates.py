"""A new image is taken only when its gate lets it pass, and it is the digest that was judged."""

import pytest

from tests.integration.apps import current, marker_of
from tests.integration.gates import GATED, Signer, Updater, digest_of, gate_runs, gated
from tests.integration.updates import replaced, unchanged
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine


# The engine watches a container's memory from a moment after its start: what is killed before, it does not
# hear of (3 of 60 on 28.5).
SOON = "sleep 1"
# What a gate's script does, or what else is wrong with it; and what is said of that.
COULD_NOT_SAY = (
    ("echo busy; exit 2", "", "it ended with exit code 2; its last words: busy"),
    ("sleep 600", "timeout = '1s'", "it did not end within 1 s"),
    (f"{SOON}; head -c 100m /dev/zero | tail; exit 1", "memory = '8m'", "8 MB were too little for it"),
    ("true", "user = 'nobody-there'", "cannot start the container"),
    ("true", "network = 'no-such-network'", "network no-such-network not found"),
)


def test_what_is_signed_is_taken(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry)
    signs.sign(image)

    done = updater.update(web)

    assert (done.code, done.err) == (0, "")
    replaced(stack, web)
    assert gate_runs(stack) == []
    update, judged = updater.history(web)
    assert (update["kind"], update["outcome"]) == ("update", "updated")
    assert {key: judged[key] for key in ("kind", "outcome", "gate", "image", "by")} == {
        "kind": "gate",
        "outcome": "passed",
        "gate": "signed",
        "image": image,
        "by": "cli",
    }
    assert judged["why"] == "the gate signed lets it pass; its last words: Verified OK"


def test_what_is_not_signed_is_held_and_not_judged_again(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry)
    before = stack.inspect(web.name)

    done = updater.update(web)

    why = f"the gate signed refuses it; its last words: no signature of {image}"
    advice = f"`watcher update --again {web.name}` asks the gate once more"
    assert (done.code, done.err) == (7, f"{web.name} is not updated: {why} - {advice}\n")
    assert updater.waits(web) == [{"for": "gate", "until": None, "why": why}]
    signs.sign(image)
    assert updater.update(web).err == done.err
    unchanged(stack, before)
    assert [row["outcome"] for row in updater.history(web)] == ["refused", "refused", "refused"]
    assert [row["kind"] for row in updater.history(web)] == ["update", "update", "gate"]

    assert updater.update(web, "--again").code == 0
    replaced(stack, web)
    assert updater.waits(web) == []


def test_a_signature_of_another_image_is_none(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry)
    before = stack.inspect(web.name)
    signs.sign(f"{image}0")
    found = next((signs.folder / "signatures").glob("*.sig"))
    found.rename(found.with_name(f"{image.rpartition(':')[2]}.sig"))

    done = updater.update(web)

    assert done.code == 7
    assert "the gate signed refuses it; its last words: Verification failure" in done.err
    unchanged(stack, before)


def test_a_tag_that_moves_on_is_judged_anew(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    assert updater.update(web).code == 7
    stack.image(web.image, marker="newer")
    stack.engine.docker("push", web.image)
    signs.sign(digest_of(stack.engine, web.image))

    assert updater.update(web).code == 0

    assert marker_of(stack, web.name) == "newer"


def test_another_definition_of_the_gate_is_asked_anew(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    assert updater.update(web).code == 7

    signs.define("true")

    assert updater.waits(web) == []
    assert updater.update(web).code == 0


def test_a_gate_that_cannot_say_lets_nothing_pass_and_is_asked_again(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    before = stack.inspect(web.name)
    for script, more, said in COULD_NOT_SAY:
        signs.define(script, more=more)

        done = updater.update(web)

        assert done.code == 5
        assert f"{web.name} is not updated: the gate signed could not say: " in done.err
        assert said in done.err
        (wait,) = updater.waits(web)
        assert wait["for"] == "gate"
        assert said in wait["why"]
        assert wait["until"]
        assert gate_runs(stack) == []
    assert updater.update(web).code == 5
    told = [row["outcome"] for row in updater.history(web) if row["kind"] == "gate"]
    assert told == ["unknown"] * len(COULD_NOT_SAY)
    unchanged(stack, before)


def test_a_gate_whose_image_is_not_here_has_it_pulled(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry)
    signs.sign(image)
    stack.engine.docker("rmi", "--force", stack.image_id(signs.image))

    assert updater.update(web).code == 0


def test_a_gate_whose_image_cannot_be_had_cannot_say(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    gone = f"{registry.address}/gone@sha256:{'7' * 64}"
    signs.define(image=gone)

    done = updater.update(web)

    assert done.code == 5
    assert f"{web.name} is not updated: the gate signed could not say: cannot pull {gone}: " in done.err


def test_an_image_that_no_registry_has_never_passes(updater: Updater, stack: Stack) -> None:
    """The containerd store gives every image a digest; a gate is asked about that, and finds no signature."""
    web = current(stack, *GATED)
    before = stack.inspect(web.name)
    stack.image(web.image, marker="new")

    done = updater.update(web)

    assert done.code == 7
    assert "cannot judge it: no registry is known to have it" in done.err or "no signature of" in done.err
    assert [wait["for"] for wait in updater.waits(web)] == ["gate"]
    unchanged(stack, before)


def test_a_list_a_check_and_a_plan_ask_no_gate(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry)
    signs.define("exit 2")

    updater("list")
    updater("check", web.name)
    plan = updater.update(web, "--dry-run")

    assert (plan.code, plan.err) == (
        0,
        f"{web.name}: the gate signed is asked before anything is changed\n",
    )
    assert updater.history(web) == []
    signs.define()
    assert updater.update(web).code == 7
    assert f"no signature of {image}" in updater.update(web, "--dry-run").err
    assert (
        f"waits: the gate signed refuses it; its last words: no signature of {image}" in updater("list").out
    )


def test_a_rollback_asks_no_gate(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry)
    signs.sign(image)
    assert updater.update(web).code == 0
    signs.define("exit 1")

    assert updater("rollback", web.name).code == 0

    assert marker_of(stack, web.name) == "old"


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [
        ("singed", None, "ctr-updater.gate='singed' cannot be read - it takes the name of a gate of "),
        ("signed", "", "ctr-updater.gate='signed' cannot be read - it takes the name of a gate of "),
        ("signed", "[signed\n", "gates.toml:1: this is no TOML: "),
        (
            "signed",
            "[signed]\nimage = 'a:1'\ncommand = ['{image}']\n",
            "gates.toml:2: image = 'a:1' of the gate ",
        ),
    ],
    ids=["no such gate", "no gate", "no TOML", "no digest"],
)
def test_nothing_is_updated_where_the_gate_cannot_be_read(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer, label: str, text: str, said: str
) -> None:
    web, image = gated(stack, registry, "--label", f"ctr-updater.gate={label}")
    before = stack.inspect(web.name)
    signs.sign(image)
    if text is not None:
        signs.file.write_text(text)

    done = updater.update(web)

    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    unchanged(stack, before)


def test_a_gate_that_is_the_default_must_be_in_the_file(updater: Updater) -> None:
    done = updater("list", CTR_UPDATER_GATE="singed")

    assert done.code == 2
    assert "CTR_UPDATER_GATE='singed' cannot be read - it takes the name of a gate of " in done.err


def test_a_default_gate_holds_for_containers_without_the_label(
    updater: Updater, stack: Stack, registry: PrivateRegistry
) -> None:
    web, _ = gated(stack, registry, "--label", "ctr-updater.gate=")

    assert updater("update", "--no-pull", web.name, CTR_UPDATER_GATE="signed").code == 7
