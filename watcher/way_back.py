"""What a person may type to bring an old container back. Pure: no I/O."""

from watcher.names import Marker, short


def commands_back(old: str, new: str, marker: Marker) -> list[str]:
    """The commands that bring an old container back, whatever of it is done already; each may be typed again.

    Names are given by way of an unused one, for the engine refuses to give a container the name
    that it has (20.10 to 28.5).

    Args:
        old: Its id, or that of its spare.
        new: The id of its successor, or empty.
        marker: What was wanted of it.
    """
    name, old, new = marker.name, short(old), short(new)
    commands = []
    if new:
        commands = [f"docker stop {new}", f"docker rename {new} {name}.failed"]
        if not marker.removes_itself:
            commands.insert(0, f"docker update --restart no {new}")
    commands += [f"docker rename {old} {name}.back", f"docker rename {name}.back {name}"]
    if marker.always:
        commands.append(f"docker update --restart always {old}")
    return commands + ([f"docker start {old}"] if marker.wanted != "s" else [])
