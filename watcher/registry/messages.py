"""What a registry answered, and how a refusal is told to the user. No I/O.

A registry's own words are quoted only from its error JSON, without control characters, cut to 200
characters, and with every secret that was sent to it blotted out.
"""

import json
import math
import re
import time
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ssl import SSLContext

from attrs import field

from watcher.model.errors import RegistryError, Trouble
from watcher.model.json_object import Json
from watcher.model.values import frozen
from watcher.registry.error_classes import ADVICE
from watcher.registry.login import Login

Tls = SSLContext | bool  # aiohttp's: True is Python's default context, False is no verification

_QUOTED = 200
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,50}/[a-z0-9.+-]{1,100}")
_MEANING = {
    401: Trouble.BAD_LOGIN,
    403: Trouble.FORBIDDEN,
    404: Trouble.NOT_FOUND,
    429: Trouble.TOO_MANY,
}
_LOGIN_MATTERS = {Trouble.BAD_LOGIN, Trouble.FORBIDDEN, Trouble.NOT_FOUND}


@frozen
class Authorization:
    """What a registry is shown.

    Attributes:
        authorization: The header's value; empty for nothing.
        login: What it was made of.
    """

    authorization: str = field(default="", repr=False)
    login: Login = field(factory=Login)

    @property
    def is_doubtful(self) -> bool:
        """Whether a 401 to it speaks of the login: there is one, and no token server has taken it.

        Docker Hub, Quay and Harbor answer 401 for one repository that this login, or nobody, may read.
        """
        is_exchanged = self.authorization.startswith("Bearer ") and not self.login.registry_token
        return not (self.login.anonymous or is_exchanged)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may quote."""
        login = self.login
        sent = self.authorization.partition(" ")[2]
        return sent, login.password, login.identity_token, login.registry_token


@frozen
class Request:
    """One question over HTTP.

    Attributes:
        url: Absolute.
        limit: Bytes of the answer's body; one more is read where there are more.
        method: Of HTTP.
        tls: How the certificate is judged.
        headers: To send.
        form: What to POST.
        body: Bytes to POST in the place of a form; no redirect sends them on.
        redirected: Another host than the one first asked is asked now.
    """

    url: str
    limit: int
    method: str = "GET"
    tls: Tls = True
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    redirected: bool = False


@frozen
class Answer:
    """One answer over HTTP.

    Attributes:
        status: Of HTTP.
        headers: By lower-case name; what came several times is joined by ", " (RFC 9110, 5.3).
        body: As it came; one byte longer than its limit where there was more.
        request: What it is the answer to, after redirects.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    request: Request

    @property
    def media_type(self) -> str:
        """The content's type without its parameters; empty where it is none."""
        text = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return text if _MEDIA_TYPE.fullmatch(text) else ""

    @property
    def retry_after(self) -> float | None:
        """Seconds that `Retry-After` asks for, given as such or as a date; None where it does not say."""
        text = self.headers.get("retry-after", "").strip()
        try:
            seconds = (
                float(text)
                if text.isascii() and text.isdecimal()
                else parsedate_to_datetime(text).timestamp() - time.time()
            )
        except (ValueError, OverflowError):
            return None
        return max(seconds, 0.0) if math.isfinite(seconds) else None


def document(body: bytes) -> Json | None:
    """The JSON object that a body is; None where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):  # nested deeper than Python's stack
        return None
    return found if isinstance(found, dict) else None


def refusal(what: str, answer: Answer, shown: Authorization, *before: Authorization) -> RegistryError:
    """Make the error of an answer that was not wanted.

    Args:
        what: What was tried, as the line says it after "cannot".
        answer: The refusal.
        shown: The authorization that the refusal answers.
        before: The authorizations shown before this one, which must not be quoted either.
    """
    trouble = _trouble(answer.status)
    if trouble is Trouble.BAD_LOGIN and not shown.is_doubtful:
        trouble = Trouble.FORBIDDEN
    secrets = [secret for each in (shown, *before) for secret in each.secrets]
    why = status_line(answer.status) + _after(": ", _said(answer, secrets))
    if trouble in _LOGIN_MATTERS:
        nobody = "it was asked without a login" if shown.login.anonymous else ""
        why += _after("; ", shown.login.trouble or nobody)
    wait = answer.retry_after if trouble in {Trouble.TOO_MANY, Trouble.BROKEN} else None
    return RegistryError(f"cannot {what}: {why}", trouble=trouble, retry_after=wait, advice=ADVICE[trouble])


def garbage(what: str, why: str) -> RegistryError:
    """Make the error of an answer that cannot be used."""
    return RegistryError(f"cannot {what}: {why}", trouble=Trouble.GARBAGE, advice=ADVICE[Trouble.GARBAGE])


def _trouble(status: int) -> Trouble:
    if status in _MEANING:
        return _MEANING[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Trouble.BROKEN
    return Trouble.OTHER if status >= HTTPStatus.BAD_REQUEST else Trouble.GARBAGE


def status_line(status: int) -> str:
    """A status with its words, where it has any."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _said(answer: Answer, secrets: Iterable[str]) -> str:
    text = _message(document(answer.body) or {})
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return "".join(c if c.isprintable() else " " for c in text)[:_QUOTED].strip()


def _message(said: Json) -> str:
    """The words of a registry (`errors`), or of a token server, which has no form of its own."""
    errors = said.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else said
    found = first if isinstance(first, dict) else {}
    for key in ("message", "error_description", "details", "error", "code"):
        if isinstance(found.get(key), str) and found[key]:
            return str(found[key])
    return ""


def _after(mark: str, text: str) -> str:
    return f"{mark}{text}" if text else ""
