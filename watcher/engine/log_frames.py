"""A container's log as the engine sends it: both streams in one, in frames. Pure: no I/O."""

_HEAD = 8  # the stream, three zeros, and the length


def demultiplexed(raw: bytes) -> bytes:
    """What the container wrote; of one with a terminal that is what the engine sends, in no frames."""
    parts, rest = [], raw
    while len(rest) >= _HEAD and rest[0] in (0, 1, 2) and rest[1:4] == bytes(3):
        end = _HEAD + int.from_bytes(rest[4:_HEAD])
        parts.append(rest[_HEAD:end])
        rest = rest[end:]
    return b"".join(parts) + rest
