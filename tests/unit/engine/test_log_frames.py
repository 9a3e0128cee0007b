"""A log's frames are taken apart, and what is in none stays as it is."""

import pytest

from watcher.engine.log_frames import Tail, demultiplexed


def frame(stream: int, text: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4) + text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", b""),
        (frame(1, b"out\n") + frame(2, b"err\n"), b"out\nerr\n"),
        (frame(1, b"") + frame(1, b"x"), b"x"),
        (b"of a terminal\n", b"of a terminal\n"),
        (frame(1, b"cut short")[:-3], b"cut sh"),
        (frame(1, b"x") + b"\x01\x00", b"x\x01\x00"),
    ],
)
def test_what_the_container_wrote_is_what_is_left(raw: bytes, text: bytes) -> None:
    assert demultiplexed(raw) == text


@pytest.mark.parametrize("size", [1, 3, 8, 11, 1000])
def test_of_a_stream_the_end_is_kept_however_it_is_cut_into_chunks(size: int) -> None:
    raw = frame(1, b"out\n") + frame(2, b"") + frame(2, b"x" * 9000) + frame(1, b"last\n")
    tail = Tail()

    for begin in range(0, len(raw), size):
        tail.take(raw[begin : begin + size])

    assert tail.kept == (b"out\n" + b"x" * 9000 + b"last\n")[-8192:]
