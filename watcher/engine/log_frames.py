"""A container's output as the engine sends it: both streams in one, in frames. Pure: no I/O."""

_HEAD = 8  # the stream, three zeros, and the length
_KEPT = 8192


def demultiplexed(raw: bytes) -> bytes:
    """What the container wrote; of a container with a terminal the engine sends it in no frames."""
    parts, rest = [], raw
    while _is_framed(rest):
        end = _HEAD + int.from_bytes(rest[4:_HEAD])
        parts.append(rest[_HEAD:end])
        rest = rest[end:]
    return b"".join(parts) + rest


class Tail:
    """The end of an output that comes in frames, however long the output is.

    Attributes:
        kept: What was written last, without the frames.
    """

    def __init__(self) -> None:
        self.kept = b""
        self._head = b""
        self._left = 0

    def take(self, chunk: bytes) -> None:
        """Take the next bytes, which may begin and end anywhere in a frame."""
        while chunk:
            if self._left:
                part, chunk = chunk[: self._left], chunk[self._left :]
                self._left -= len(part)
                self.kept = (self.kept + part)[-_KEPT:]
                continue
            lacking = _HEAD - len(self._head)
            self._head, chunk = self._head + chunk[:lacking], chunk[lacking:]
            if len(self._head) == _HEAD:
                self._left, self._head = int.from_bytes(self._head[4:]), b""


def _is_framed(raw: bytes) -> bool:
    return len(raw) >= _HEAD and raw[0] in {0, 1, 2} and raw[1:4] == bytes(3)
