"""Which of Entrypoint and Cmd the user gave."""

from typing import Any

from watcher.model.json_object import JsonView


def user_process(config: JsonView, image: JsonView) -> dict[str, Any]:
    """Undo the engine's merge of Entrypoint and Cmd (moby `daemon/commit.go`, `merge`).

    The engine inherits Cmd only together with an entrypoint that was not given, and stores `[""]`,
    an entrypoint that was emptied, as null.

    Args:
        config: `Config` of the container.
        image: `Config` of the image that it was created from.

    Returns:
        What to send: "Entrypoint", "Cmd", both or neither.
    """
    entrypoint, cmd = config.get("Entrypoint") or [], config.get("Cmd") or []
    image_entrypoint, image_cmd = image.get("Entrypoint") or [], image.get("Cmd") or []
    if entrypoint == image_entrypoint:
        return _same_entrypoint(entrypoint, cmd, image_cmd)
    if entrypoint:
        return _sent(entrypoint, cmd)
    if config.get("Entrypoint") is None:
        return _sent([""], cmd)
    # An API client's `[]`, unlike `[""]`, is stored as it is and lets Cmd be inherited.
    return {"Entrypoint": []} | ({} if cmd == image_cmd else {"Cmd": cmd})


def differing(config: JsonView, image: JsonView) -> list[str]:
    """Which of Entrypoint and Cmd are not the image's."""
    return [key for key in ("Entrypoint", "Cmd") if (config.get(key) or []) != (image.get(key) or [])]


def _same_entrypoint(entrypoint: list[str], cmd: list[str], image_cmd: list[str]) -> dict[str, Any]:
    if cmd == image_cmd:
        return {}
    if cmd or not entrypoint:
        return _sent([], cmd)
    # Given by hand, though the same: that resets Cmd, and sending neither would bring it back.
    return _sent(entrypoint, [])


def _sent(entrypoint: list[str], cmd: list[str]) -> dict[str, Any]:
    return {key: value for key, value in (("Entrypoint", entrypoint), ("Cmd", cmd)) if value}
