"""A bad network between the program and its database: a TCP proxy that is slow and cuts connections."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PIECE = 65_536


@dataclass
class Network:
    """``latency`` seconds before each piece is passed on, ``resets`` the share of pieces at which the connection is cut;
    ``cut`` counts them. May be changed while it runs."""

    latency: float = 0.0
    resets: float = 0.0
    port: int = 0
    pieces: int = 0
    cut: int = 0


@contextmanager
def flaky(socket: Path, *, latency: float, resets: float, seed: int = 9) -> Iterator[Network]:
    """A port of loopback that leads to the socket, for the length of the block."""
    network, chance, ready = Network(latency, resets), random.Random(seed), threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncio.start_server(client, "127.0.0.1", 0)
        network.port = server.sockets[0].getsockname()[1]
        ready.set()
        await asyncio.Event().wait()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_unix_connection(str(socket))
        except OSError:
            writer.transport.abort()
            return
        ways = [asyncio.create_task(passed(reader, forth)), asyncio.create_task(passed(back, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        writer.transport.abort()
        forth.transport.abort()

    async def passed(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while piece := await source.read(PIECE):
            network.pieces += 1
            await asyncio.sleep(network.latency)
            if chance.random() < network.resets:
                network.cut += 1
                return
            target.write(piece)
            await target.drain()

    def run() -> None:
        asyncio.set_event_loop(loop)
        with contextlib.suppress(RuntimeError):  # stopped from outside while it serves
            loop.run_until_complete(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield network
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
