"""A socket proxy as people run it: TCP connections to a port are carried to the engine's socket.

Run by the tests inside of a container, as its first process: `forwarder.py SOCKET PORT`.
"""

import asyncio
import contextlib
import signal
import sys
from asyncio import StreamReader, StreamWriter

_PIECE = 65536


async def _main(socket: str, port: int) -> None:
    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        from_engine, to_engine = await asyncio.open_unix_connection(socket)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_carry(reader, to_engine))
            tasks.create_task(_carry(from_engine, writer))

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await asyncio.start_server(connected, "0.0.0.0", port)  # noqa: S104 - its container's own
    await ended.wait()


async def _carry(reader: StreamReader, writer: StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
