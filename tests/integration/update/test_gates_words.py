"""What a gate says is strangers' text: masked, escaped and cut wherever it is told and kept."""

import json

from tests.integration.gates import Signer, Updater, gated
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

# More than anybody reads, and then what a terminal would obey, markup and a secret.
_SAYS = r"""
head -c 100000 /dev/zero | tr '\0' Q
printf '\nred \033[31m \007 <b>bold</b> token=%s\r\n' "$TOKEN"
exit 1
"""


def test_what_a_gate_says_last_is_masked_escaped_and_cut(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    signs.define(_SAYS, more="env = { TOKEN = 'hunter2-of-the-gate' }\n")

    done = updater.update(web)

    said = r"QQQ | red \x1b[31m \x07 <b>bold</b> token=***"
    assert (done.code, said in done.err, len(done.err) < 700) == (7, True, True)
    (wait,) = updater.waits(web)
    assert wait["why"].endswith(said)
    assert {said in row["why"] for row in updater.history(web)} == {True}
    told = done.err + updater("list").out + updater("history").out + json.dumps(updater.history(web))
    assert {each for each in told if not each.isprintable()} == {"\n"}
    kept = b"".join(path.read_bytes() for path in updater.state.rglob("*") if path.is_file())
    assert b"hunter2-of-the-gate" not in kept


def test_what_the_engine_says_of_a_gate_is_masked_too(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    signs.define("true", more="env = { TOKEN = '/no/such-secret' }\n")
    signs.file.write_text(signs.file.read_text().replace(f"{signs.folder}/signatures", "/no/such-secret"))

    done = updater.update(web)

    assert done.code == 5
    assert "the gate signed could not say: " in done.err
    assert "***" in done.err
    assert "such-secret" not in done.err
