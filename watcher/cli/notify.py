"""`watcher notify --test`: a message to every address, and what each of them made of it."""

import asyncio
import socket

import click

from watcher.config.telling import FILE_VARIABLE, VARIABLE
from watcher.model.errors import Unknown
from watcher.model.quoting import escaped
from watcher.notifications import addresses
from watcher.notifications.message import trial
from watcher.notifications.sender import deliver

_NOBODY = f"no address to send to - set {VARIABLE}, or {FILE_VARIABLE}"
_BAD_SETTING = 2


async def test() -> int:
    """Send the message to all at once; the exit code says whether all took it."""
    book = addresses.read()
    for line in book.bad:
        click.echo(escaped(line), err=True)
    if not book.addresses:
        click.echo(_NOBODY, err=True)
        return _BAD_SETTING
    message = trial(socket.gethostname())
    answers = await asyncio.gather(*(deliver(address, message) for address in book.addresses))
    for address, answer in zip(book.addresses, answers, strict=True):
        click.echo(escaped(f"{address.shown}: {answer.why or 'took it'}"))
    failed = bool(book.bad) or any(answer.why for answer in answers)
    return Unknown.exit_code if failed else 0
