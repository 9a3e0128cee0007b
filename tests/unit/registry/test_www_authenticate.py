"""`WWW-Authenticate` is read as RFC 9110 has it, whatever comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.registry.www_authenticate import Challenge, challenges, chosen

NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,6}", fullmatch=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, Challenge]:
    """A challenge, and a way to write it."""
    scheme = draw(NAME)
    parameters = draw(st.dictionaries(NAME.map(str.lower), TEXT, max_size=4))
    comma, equals = draw(st.sampled_from([",", ", ", " ,  ", ",,"])), draw(st.sampled_from(["=", " = "]))
    pairs = comma.join(f"{name}{equals}{_quoted(value)}" for name, value in parameters.items())
    return f"{scheme} {pairs}".strip(), Challenge(scheme.lower(), parameters)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.lists(written(), max_size=4))
def test_what_is_written_by_the_grammar_is_read_back(given: list[tuple[str, Challenge]]) -> None:
    header = ", ".join(text for text, _ in given)

    assert challenges(header) == [challenge for _, challenge in given]


@given(st.text() | st.text(st.sampled_from('a="\\, =b'), max_size=200))
def test_nothing_that_comes_breaks_the_reader(header: str) -> None:
    chosen(header)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("", None),
        ("Negotiate", None),
        ("Negotiate YWJj==, Digest realm=x", None),
        ("Bearer", None),
        ('Bearer realm=""', None),
        ("Basic", "basic"),
        ('BASIC realm="x"', "basic"),
        ('Basic realm="x", Bearer realm="https://t"', "bearer"),
        ('Bearer realm="https://t", Basic realm="x"', "bearer"),
        ('Negotiate, Basic realm="Bearer realm=1"', "basic"),
    ],
)
def test_a_token_is_asked_for_before_a_password_is_shown(header: str, kind: str | None) -> None:
    found = chosen(header)

    assert (found.scheme if found else None) == kind


def test_the_challenge_of_docker_hub() -> None:
    header = (
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",'
        'scope="repository:library/app:pull,push",error="invalid_token"'
    )

    found = chosen(header)

    assert found
    assert found.parameters["realm"] == "https://auth.docker.io/token"
    assert found.parameters["scope"] == "repository:library/app:pull,push"
