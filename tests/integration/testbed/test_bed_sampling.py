"""What a commit runs is chosen by what it has of the program and of the tests."""

import subprocess
from pathlib import Path

import pytest

from tests.testbed import sampling


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One with a program, tests and documents, in which `sampling` finds itself."""
    for name in ("watcher/a.py", "tests/b.py", "docs/c.md"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(sampling, "__file__", str(tmp_path / "tests/sampling.py"))
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(repository: Path, *words: str) -> None:
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *who, *words], cwd=repository, check=True, capture_output=True)


def chosen(repository: Path) -> int:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "x")
    sampling.commit.cache_clear()
    try:
        return sampling.commit()
    finally:
        sampling.commit.cache_clear()


def test_another_program_or_other_tests_run_another_part_and_other_documents_do_not(
    repository: Path,
) -> None:
    first = chosen(repository)
    (repository / "docs/c.md").write_text("two")
    assert chosen(repository) == first != 0

    (repository / "watcher/a.py").write_text("two")
    second = chosen(repository)
    (repository / "tests/b.py").write_text("two")
    assert len({first, second, chosen(repository)}) == 3


def test_outside_of_a_repository_it_is_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "__file__", str(tmp_path / "sampling.py"))
    sampling.commit.cache_clear()
    try:
        assert sampling.commit() == 0
    finally:
        sampling.commit.cache_clear()
