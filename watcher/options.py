"""The settings as options of `watcher run`: each is its environment variable, read by the same grammar."""

import os
from collections.abc import Callable
from typing import Any

import click
from attrs import Attribute, fields

from watcher.settings import DaemonSettings, Policy, variable


class _Readable(click.ParamType[str]):
    """Text that a setting's reader takes; it stays text."""

    def __init__(self, attribute: "Attribute[Any]") -> None:
        self.name = attribute.name.replace("_", "-")
        self._about = attribute.metadata

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            self._about["read"](value)
        except ValueError:
            self.fail(f"{value!r} cannot be read; it takes {self._about['values']}.", param, ctx)
        return value


def setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting of the daemon."""
    settings = [
        each for cls in (Policy, DaemonSettings) for each in fields(cls) if not each.metadata["label_only"]
    ]
    for attribute in reversed(settings):
        command = _option(attribute)(command)
    return click.option(
        "--state-dir",
        expose_value=False,
        callback=_set,
        help="What must outlive a restart.",
        metavar="FOLDER",
    )(command)


def _option(attribute: "Attribute[Any]") -> Callable[[Callable[..., None]], Callable[..., None]]:
    flag = attribute.type is bool
    return click.option(
        f"--{attribute.name.replace('_', '-')}",
        is_flag=flag,
        flag_value="true" if flag else None,
        type=None if flag else _Readable(attribute),
        expose_value=False,
        callback=_set,
        help=f"{attribute.metadata['help']} [{variable(attribute.name)}]",
    )


def _set(_: click.Context, option: click.Parameter, value: str | bool | None) -> None:
    """A flag speaks louder than the variable, and is the variable from here on."""
    if value and option.name:
        os.environ[variable(option.name)] = "true" if value is True else str(value)
