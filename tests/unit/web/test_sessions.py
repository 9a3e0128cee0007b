import pytest

from watcher.web.sessions import LASTS_S, Sessions
from watcher.web.tokens import Role


def test_a_cookie_says_what_it_may_do_until_it_is_over() -> None:
    now = [1000.0]
    sessions = Sessions(lambda: now[0])
    cookie = sessions.made(Role.READER)

    assert sessions.role(cookie) is Role.READER
    now[0] += LASTS_S
    assert sessions.role(cookie) is Role.NOBODY


@pytest.mark.parametrize("change", ["", "2.99999999999", "x", "2.99999999999.", "é.1.é", "."])
def test_a_cookie_that_we_did_not_make_is_nobodys(change: str) -> None:
    assert Sessions().role(change) is Role.NOBODY


def test_a_changed_cookie_and_that_of_another_process_are_nobodys() -> None:
    sessions = Sessions()
    cookie = sessions.made(Role.READER)

    assert sessions.role(f"2{cookie[1:]}") is Role.NOBODY
    assert Sessions().role(cookie) is Role.NOBODY
