"""What is released: the same bytes twice, an SBOM of all that is pinned, and the words of the changelog."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EPOCH = "1700000000"


def built(folder: Path) -> dict[str, bytes]:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    environ = {"SOURCE_DATE_EPOCH": EPOCH, "PATH": "/usr/bin:/bin"}
    subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_wheel_and_sdist_are_the_same_bytes_twice(tmp_path: Path) -> None:
    first, second = built(tmp_path / "one"), built(tmp_path / "two")

    assert sorted(name.rpartition(".")[2] for name in first) == ["gz", "whl"]
    assert first == second


@pytest.mark.parametrize("pins", ["runtime.txt", "notify.txt"])
def test_the_sbom_has_every_pin_with_its_hashes(pins: str) -> None:
    command = [sys.executable, ".ci/image/sbom.py", f".ci/{pins}", "1.2.3"]
    found = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)

    text = (ROOT / ".ci" / pins).read_text()
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)
    assert (found["bomFormat"], found["metadata"]["component"]["version"]) == ("CycloneDX", "1.2.3")
    assert [(each["name"], each["version"]) for each in found["components"]] == pinned
    assert sum(len(each["hashes"]) for each in found["components"]) == text.count("--hash=sha256:")


def test_workflows_call_targets_that_there_are() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    workflows = [*(ROOT / ".github" / "workflows").glob("*.yml")]

    called = {name for path in workflows for name in re.findall(r"make ([a-z-]+)", path.read_text())}
    assert {path.name for path in workflows} == {"audit.yml", "ci.yml", "release.yml"}
    assert {"release", "release-images", "audit"} <= called
    assert called <= targets


def test_an_audit_that_got_no_answer_is_none_that_went_well() -> None:
    """Without `--strict` pip-audit says "no known vulnerabilities" of what its service does not know."""
    recipe = (ROOT / "Makefile").read_text().partition("\naudit: ")[2].partition("\n\n")[0]
    audited = re.findall(r"for pins in ([a-z ]+);", recipe)

    assert "pip-audit --strict " in recipe
    assert {name for words in audited for name in words.split()} == {
        path.stem for path in (ROOT / ".ci").glob("*.txt")
    }
