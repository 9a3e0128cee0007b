from pathlib import Path

import pytest

from watcher.web.tokens import BadListener, Role, Tokens, WrongTokens


def test_tokens_come_from_variables_and_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    found = Tokens.of_environment(
        {"CTR_UPDATER_TOKEN_FILE": str(tmp_path / "token"), "CTR_UPDATER_READ_TOKEN": "look"}
    )

    assert [found.role(given) for given in ("secret", "look", "secre", "", "ü", "\ud800", "\udcff")] == [
        Role.ACTOR, Role.READER, Role.NOBODY, Role.NOBODY, Role.NOBODY, Role.NOBODY, Role.NOBODY,
    ]  # fmt: skip
    assert "secret" not in repr(found)


def test_an_empty_file_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    found = Tokens.of_environment({"CTR_UPDATER_READ_TOKEN_FILE": str(tmp_path / "token")})

    assert not found
    assert found.role("") is Role.NOBODY


@pytest.mark.parametrize(
    "environ",
    [
        {"CTR_UPDATER_TOKEN_FILE": "/nowhere/at/all"},
        {"CTR_UPDATER_TOKEN_FILE": "/dev/null", "CTR_UPDATER_TOKEN": "secret"},
        {"CTR_UPDATER_TOKEN": "sec ret"},
        {"CTR_UPDATER_READ_TOKEN": "secrét"},
    ],
)
def test_a_token_that_cannot_be_used_is_refused_and_not_shown(environ: dict[str, str]) -> None:
    with pytest.raises(BadListener) as refused:
        Tokens.of_environment(environ)

    assert refused.value.exit_code == 2
    assert "sec" not in str(refused.value)


def test_a_peer_that_tries_too_many_is_barred_for_a_while_and_no_other_one() -> None:
    now = [0.0]
    wrong = WrongTokens(lambda: now[0])
    for _ in range(10):
        assert not wrong.is_barred("a")
        wrong.add("a")

    assert wrong.is_barred("a")
    assert not wrong.is_barred("b")
    now[0] = 61.0
    assert not wrong.is_barred("a")


def test_of_many_peers_the_oldest_are_forgotten() -> None:
    wrong = WrongTokens()
    for _ in range(10):
        wrong.add("first")
    for number in range(1024):
        wrong.add(str(number))

    assert not wrong.is_barred("first")
