"""What others wrote is shown without what a terminal obeys, and without the secrets of an environment."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model.errors import EngineError
from watcher.model.quoting import Mask, cut, escaped, whole

ANY = st.text(st.characters())  # halves of pairs, too


@given(ANY)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert escaped(text).isprintable()


@given(ANY)
def test_what_was_escaped_is_left_as_it_is(text: str) -> None:
    assert escaped(escaped(text)) == escaped(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_can_be_read_is_left_as_it_is(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb\nc\td", r"a\rb\nc\td"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\u2028", r"\u2028"),
        ("\x7f", r"\x7f"),
        ("\ud800", r"\ud800"),
        ("grün ✓ 日本", "grün ✓ 日本"),
    ],
)
def test_what_is_escaped_can_be_told(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(ANY)
def test_what_was_made_whole_can_be_encoded_and_is_as_long(text: str) -> None:
    assert len(whole(text).encode().decode()) == len(text)
    assert whole(whole(text)) == whole(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_text_is_whole(text: str) -> None:
    assert whole(text) == text


@given(ANY, ANY)
def test_an_error_is_one_line_whatever_an_engine_or_a_registry_said(message: str, advice: str) -> None:
    line = str(EngineError(message, advice=advice))

    assert not any(unicodedata.category(each).startswith("C") for each in line)
    assert line.isprintable()


@pytest.mark.parametrize(
    ("env", "inherited", "said", "shown"),
    [
        (["WORD=tell-no-one"], [], "my word is tell-no-one!", "my word is ***!"),
        (["A=hush", "B=hush-hush"], [], "hush-hush, hush", "***, ***"),
        (["MODE=from-image"], ["MODE=from-image"], "mode from-image", "mode from-image"),
        (["MODE=own-mode"], ["MODE=from-image"], "own-mode, not from-image", "***, not from-image"),
        (["DB_PASSWORD=baked-in"], ["DB_PASSWORD=baked-in"], "login with baked-in", "login with ***"),
        (["api_token=t0p"], [], "t0p or t0p_", "*** or t0p_"),
        (["PORT=80"], [], "listen on 80, 8080", "listen on 80, 8080"),
        (["PASSWORD=", "EMPTY", "KEY="], [], "all is said", "all is said"),
        (["PEM=-----\nMIIB6\nAb2==\n-----\n"], [], "MIIB6", "***"),
        (["PEM=-----\nMIIB6\nAb2==\n-----\n"], [], "Ab2==", "***"),
        (["URL=postgres://me:s3same@db/app"], [], "refused for s3same", "refused for ***"),
        (["URL=postgres://[me:s3same@db/app"], [], "wrong: postgres://[me:s3same@db/app", "wrong: ***"),
        (["PW=a/b c%"], [], "?pw=a%2Fb%20c%25&", "?pw=***&"),
        (['PW=say "it"'], [], r'{"pw": "say \"it\""}', '{"pw": "***"}'),
        (["A.C=x.*y"], [], "x.*y xaay", "*** xaay"),
        ([], [], "nothing to hide", "nothing to hide"),
    ],
)
def test_the_own_and_the_secret_values_of_an_environment_are_masked(
    env: list[str], inherited: list[str], said: str, shown: str
) -> None:
    assert Mask(env, inherited)(said) == shown


@given(st.text(st.characters(exclude_characters="*"), min_size=4), st.text(), st.text())
def test_a_value_is_masked_wherever_it_stands(value: str, before: str, after: str) -> None:
    assert value not in Mask([f"NAME={value}"])(before + value + after)


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("four", "four"), ("fives", "fiv…"), ("x" * 999, "xxx…")]
)
def test_what_is_too_long_is_cut_and_shows_that(text: str, shown: str) -> None:
    assert cut(text, 4) == shown
    assert cut(cut(text, 4), 4) == shown
