import asyncio
import socket

import pytest

from bot.serve import bind
from bot.settings import Unusable


def test_a_port_is_taken_from_the_moment_it_is_bound() -> None:
    with bind("127.0.0.1", 0, "PORT") as bound:
        port = bound.getsockname()[1]
        with pytest.raises(Unusable, match=f"PORT cannot be used: port {port} is taken"):
            bind("127.0.0.1", port, "PORT")


@pytest.mark.parametrize("host", ["not..a.host", "192.0.2.1"])
def test_a_host_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(Unusable, match=f"HOST cannot be used: '{host}' is no address of this"):
        bind(host, 0, "PORT")


async def test_an_answer_does_not_wait_for_the_other_side_to_confirm_its_first_half() -> None:
    quick = asyncio.get_running_loop().create_future()

    async def accepted(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        quick.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    bound = bind("127.0.0.1", 0, "PORT")
    async with await asyncio.start_server(accepted, sock=bound):
        _, writer = await asyncio.open_connection(*bound.getsockname())
        assert await quick
        writer.close()
