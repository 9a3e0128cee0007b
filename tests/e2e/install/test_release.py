"""What is released: the same bytes twice, an SBOM of all that is pinned, and the words of the changelog."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
EPOCH = "1700000000"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


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


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a release is made of, as a repository of its own, with a changelog of a few words."""
    for name in ("watcher", ".ci"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## [Unreleased]\n- `new`\n\n## [0.0.1]\n- $old\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "a"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return tmp_path


def released(checkout: Path, tag: str, version: str) -> tuple[int, str, dict[str, str]]:
    """`make release` of a version: its code, what it said of an error, and its files that are text."""
    (checkout / "watcher" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    command = ["make", "-s", "-o", "install", "release", f"TAG={tag}", f"BIN={Path(sys.executable).parent}"]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    made = sorted((checkout / "dist").glob("*"))
    said = {path.name: "" if path.suffix in {".gz", ".whl"} else path.read_text() for path in made}
    return done.returncode, done.stderr, said


def test_a_tag_makes_a_release_of_its_version_with_its_section_of_the_changelog(checkout: Path) -> None:
    code, _, files = released(checkout, "v0.0.1", "0.0.1")

    sums = files.pop("SHA256SUMS")
    assert (code, files["NOTES.md"]) == (0, "- $old\n")
    assert [line.split()[1] for line in sums.splitlines()] == [*files]
    assert {"ctr_updater-0.0.1-py3-none-any.whl", "ctr_updater-0.0.1.tar.gz"} <= files.keys()


def test_without_a_tag_it_is_a_trial_of_what_is_unreleased(checkout: Path) -> None:
    code, _, files = released(checkout, "", "0.0.1")

    assert (code, files["NOTES.md"]) == (0, "- `new`\n")


@pytest.mark.parametrize(
    ("tag", "version", "line"),
    [
        ("v0.0.2", "0.0.1", "the tag v0.0.2 is not v0.0.1\n"),
        ("0.0.1", "0.0.1", "the tag 0.0.1 is not v0.0.1\n"),
        ("v0.0.2", "0.0.2", "CHANGELOG.md has no section [0.0.2]\n"),
    ],
)
def test_a_tag_that_is_not_the_versions_or_without_a_section_makes_nothing(
    checkout: Path, tag: str, version: str, line: str
) -> None:
    code, said, files = released(checkout, tag, version)

    assert (code, files) == (2, {})
    assert said.startswith(line)


def steps() -> list[Any]:
    """The steps of all jobs of all workflows."""
    jobs = [job for path in WORKFLOWS for job in yaml.safe_load(path.read_text())["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def test_workflows_call_targets_and_files_that_there_are() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [step["run"] for step in steps() if "run" in step]

    called = {name for line in lines for name in re.findall(r"make ([a-z-]+)", line)}
    files = {word for line in lines for word in line.split() if word.startswith(".ci/")}
    assert {path.name for path in WORKFLOWS} == {"audit.yml", "ci.yml", "release.yml"}
    assert {"release", "release-images", "audit"} <= called <= targets
    assert files == {".ci/run"}
    assert all((ROOT / name).stat().st_mode & 0o100 for name in files)


def test_what_workflows_take_from_others_is_named_by_its_commit() -> None:
    """A tag can be moved by whoever has the other repository; what comes then would make the releases."""
    taken = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]

    assert len(taken) == sum("uses" in step for step in steps()) > 0
    assert [
        line for line in taken if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+$", line)
    ] == []


def test_workflows_keep_no_token_where_what_they_run_finds_it() -> None:
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]

    assert len(checkouts) == 4
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_an_audit_that_got_no_answer_is_none_that_went_well() -> None:
    """Without `--strict` pip-audit says "no known vulnerabilities" of what its service does not know."""
    recipe = (ROOT / "Makefile").read_text().partition("\naudit: ")[2].partition("\n\n")[0]
    audited = re.findall(r"for pins in ([a-z ]+);", recipe)

    assert "pip-audit --strict " in recipe
    assert {name for words in audited for name in words.split()} == {
        path.stem for path in (ROOT / ".ci").glob("*.txt")
    }
