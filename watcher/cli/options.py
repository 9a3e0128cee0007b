"""The settings as options of `watcher run`: each is its environment variable, read by the same grammar."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from attrs import Attribute, fields
from click.core import ParameterSource

from watcher.config.grammar import OneOf, written
from watcher.config.policy import Policy
from watcher.config.setting import variable
from watcher.config.settings import DaemonSettings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_KINDS: dict[type, str] = {float: "duration", int: "number", tuple: "kinds"}


class _Readable(click.ParamType[str]):
    """Text that a setting's reader takes; it stays text."""

    def __init__(self, attribute: "Attribute[Any]") -> None:
        self.name = _KINDS.get(type(attribute.default), attribute.name)
        self._about = attribute.metadata

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Show the words that there are to choose from."""
        reader = self._about["read"]
        return f"[{'|'.join(reader.words)}]" if isinstance(reader, OneOf) else super().get_metavar(param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[str]]":
        """Complete to the words that there are to choose from."""
        from click.shell_completion import CompletionItem

        del ctx, param
        reader = self._about["read"]
        words = reader.words if isinstance(reader, OneOf) else ()
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            self._about["read"](value)
        except ValueError:
            self.fail(f"{value!r} cannot be read; it takes {self._about['values']}.", param, ctx)
        return value


class _Setting(click.Option):
    """An option that shows its variable, which only `settings` reads: its errors are the same everywhere."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Leave the variable to the reading of the setting."""
        del ctx
        return None


def state_dir_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option that says where the state directory is."""
    return click.option(
        "--state-dir",
        cls=_Setting,
        envvar=variable("state_dir"),
        show_envvar=True,
        show_default="/var/lib/ctr-updater for root, else $XDG_STATE_HOME/ctr-updater",
        expose_value=False,
        callback=_set,
        help="What must outlive a restart.",
        metavar="FOLDER",
    )(command)


def setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting of the daemon."""
    settings = [
        each for cls in (Policy, DaemonSettings) for each in fields(cls) if not each.metadata["label_only"]
    ]
    for attribute in reversed(settings):
        command = _option(attribute)(command)
    return state_dir_option(command)


def _option(attribute: "Attribute[Any]") -> Callable[[Callable[..., None]], Callable[..., None]]:
    flag = attribute.type is bool
    return click.option(
        f"--{attribute.name.replace('_', '-')}",
        cls=_Setting,
        envvar=variable(attribute.name),
        show_envvar=True,
        is_flag=flag,
        flag_value="true" if flag else None,
        default=None if flag else written(attribute.default) or None,
        show_default=True,
        type=None if flag else _Readable(attribute),
        expose_value=False,
        callback=_set,
        help=attribute.metadata["help"],
    )


def given() -> frozenset[str]:
    """The names of the settings that the command's flags told."""
    context = click.get_current_context()
    names = {each.name for each in context.command.params if each.name}
    return frozenset(name for name in names if _is_flag(context, name))


def _is_flag(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _set(context: click.Context, option: click.Parameter, value: str | bool | None) -> None:
    """Write a flag that was given into its environment variable, which everything reads: the flag wins."""
    name = option.name or ""
    if value and _is_flag(context, name):
        os.environ[variable(name)] = "true" if value is True else str(value)
