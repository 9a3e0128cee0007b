import io
import stat
import tarfile
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.container.recreate.inspects import container
from watcher.container.recreate import (
    injected_candidates,
    is_injected,
    may_be_injected,
    rerooted,
    shortlist,
    stamped,
)

COMPOSE = {"Labels": {"com.docker.compose.project": "p"}}
GO_DIRECTORY, GO_SYMLINK = 1 << 31, 1 << 27


def change(path: str, kind: int = 1) -> dict[str, Any]:
    return {"Path": path, "Kind": kind}


def test_added_and_changed_files_are_looked_at_but_not_directories_and_deletions() -> None:
    changes = [change("/etc", 0), change("/etc/a", 0), change("/run"), change("/run/b"), change("/gone", 2)]

    assert injected_candidates(changes, container(COMPOSE)) == ("/etc/a", "/run/b")


def test_what_lies_in_a_mount_is_not_looked_at() -> None:
    seen = container(COMPOSE, Mounts=[{"Destination": "/data"}])

    assert injected_candidates([change("/data"), change("/data/x"), change("/database")], seen) == (
        "/database",
    )


def test_a_container_that_no_such_client_made_is_not_looked_at() -> None:
    assert injected_candidates([change("/run/secrets/a")], container()) == ()
    assert not may_be_injected(container())


def test_credentials_that_the_docker_cli_wrote_are_looked_at_but_nothing_else_of_its_container() -> None:
    seen = container({"Env": ["DOCKER_CONFIG=/run/secrets/docker"]})

    found = injected_candidates([change("/run/secrets/docker/config.json"), change("/etc/x")], seen)

    assert may_be_injected(seen)
    assert found == ("/run/secrets/docker/config.json",)


def test_a_container_without_changes_has_nothing_to_look_at() -> None:
    assert injected_candidates(None, container(COMPOSE)) == ()


def found(path: str, mtime: str, mode: int = 0o444) -> bool:
    return is_injected(path, {"mtime": mtime, "mode": mode}, container(COMPOSE))


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        ("2026-01-01T00:00:05Z", True),
        ("2026-01-01T01:00:05+01:00", True),
        ("2026-01-01T00:00:00Z", True),
        ("2026-01-01T00:00:11Z", True),
        ("2026-01-01T00:00:05.123456789Z", False),
        ("2025-12-31T23:59:59Z", False),
        ("2026-01-01T00:00:12Z", False),
    ],
    ids=[
        "between",
        "zone",
        "rounded-down",
        "rounded-up",
        "an-application's-own",
        "before",
        "after-the-start",
    ],
)
def test_a_file_is_composes_that_was_written_in_whole_seconds_between_creation_and_start(
    mtime: str, expected: bool
) -> None:
    assert found("/etc/x", mtime) is expected


def test_while_a_container_waits_for_its_next_start_files_may_still_come() -> None:
    """Compose puts them there right before; whoever looks in that moment finds the container not running."""
    times = {"StartedAt": "2026-01-01T00:00:10Z", "FinishedAt": "2026-03-01T00:00:00Z"}
    seen = container(COMPOSE, State={"Status": "exited", "Running": False} | times)

    for mtime, expected in {"2026-03-09T00:00:00Z": True, "2026-01-01T00:20:00Z": False}.items():
        assert is_injected("/x", {"mtime": mtime, "mode": 0}, seen) is expected


def test_a_container_that_was_never_started_has_files_since_its_creation() -> None:
    seen = container(COMPOSE, State={"Running": False, "StartedAt": "0001-01-01T00:00:00Z"})

    assert is_injected("/x", {"mtime": "2026-01-01T00:00:01Z", "mode": 0}, seen)
    assert is_injected("/x", {"mtime": "2026-01-01T00:20:00Z", "mode": 0}, seen), "it waited for another one"


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        ("2026-01-01T00:00:05Z", True),
        ("2026-01-01T00:00:05.5Z", False),
        ("2026-01-01T00:59:00Z", True),
        ("2026-01-01T01:01:00Z", False),
        ("2026-03-01T00:00:01Z", True),
        ("2026-03-01T00:00:09Z", True),
        ("2026-02-28T23:59:50Z", False),
        ("2026-03-01T00:00:20Z", False),
    ],
    ids=[
        "first start",
        "own",
        "late first start",
        "while it ran",
        "after its end",
        "second start",
        "before its end",
        "since",
    ],
)
@pytest.mark.parametrize("path", ["/run/secrets/a", "/etc/x"])
def test_what_was_written_while_a_container_ran_is_its_own_also_among_secrets(
    path: str, mtime: str, expected: bool
) -> None:
    """`docker compose start` puts the files in again; when the first start was is not known any more."""
    ran = {"StartedAt": "2026-03-01T00:00:10.4Z", "FinishedAt": "2026-03-01T00:00:00.7Z"}
    seen = container(COMPOSE, State=ran)
    assert is_injected(path, {"mtime": mtime, "mode": 0o444}, seen) is expected


def test_credentials_that_the_docker_cli_wrote_are_taken_whatever_their_time() -> None:
    seen = container({"Env": ["DOCKER_CONFIG=/run/secrets/docker"]})

    stat = {"mtime": "1970-01-01T00:00:00Z", "mode": 0o600}
    assert is_injected("/run/secrets/docker/config.json", stat, seen)
    assert not is_injected("/run/secrets/docker/other", stat, seen)


def test_of_many_changed_files_the_likeliest_are_looked_at() -> None:
    cache = [f"/var/cache/{n}" for n in range(20_000)]
    spread = [f"/srv/{n}/x" for n in range(1_000)]
    own = ["/run/secrets/a", "/conf", "/etc/app/conf"]

    looked_at, left_out = shortlist([*cache, *spread, *own])

    assert looked_at[:2] == ("/run/secrets/a", "/conf")
    assert len(looked_at) == 512
    assert left_out.pop("/var/cache") == 20_000
    assert sum(left_out.values()) == 1_003 - 512


def test_a_few_changed_files_are_all_looked_at() -> None:
    assert shortlist(("/b", "/etc/a")) == (("/b", "/etc/a"), {})
    assert shortlist(()) == ((), {})


@pytest.mark.parametrize("mode", [GO_DIRECTORY, GO_SYMLINK])
def test_only_regular_files_are_taken(mode: int) -> None:
    assert not found("/run/secrets/a", "2026-01-01T00:00:05Z", mode | 0o777)


def archive(name: str, content: bytes, **header: Any) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        for key, value in header.items():
            setattr(member, key, value)
        tar.addfile(member, io.BytesIO(content))
    return target.getvalue()


def test_files_are_rerooted_to_their_paths_with_owner_and_mode() -> None:
    deep = "/etc/" + "d" * 150 + "/conf"
    whole = rerooted(
        {
            "/run/secrets/a": archive("a", b"secret", uid=1000, gid=1001, mode=0o440, mtime=7),
            deep: archive("conf", b"config", mode=0o444),
        }
    )

    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        secret, config = tar.getmembers()
        assert (secret.name, secret.uid, secret.gid, secret.mtime) == ("run/secrets/a", 1000, 1001, 7)
        assert stat.S_IMODE(secret.mode) == 0o440
        assert config.name == deep.lstrip("/")
        assert [tar.extractfile(member).read() for member in (secret, config)] == [b"secret", b"config"]  # type: ignore[union-attr] # regular files


def test_files_are_recognised_again_in_the_successor_once_they_bear_the_time_of_its_creation() -> None:
    seen = container(COMPOSE)
    whole = stamped(rerooted({"/etc/x": archive("x", b"x", uid=7, mtime=1.5, mode=0o440)}), seen["Created"])

    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        (member,) = tar.getmembers()
    assert (member.name, member.uid, member.mode, member.size) == ("etc/x", 7, 0o440, 1)
    assert datetime.fromtimestamp(member.mtime, UTC) == datetime(2026, 1, 1, tzinfo=UTC)
    assert is_injected("/etc/x", {"mtime": "2026-01-01T00:00:00Z", "mode": 0}, seen)
