"""The scenario that every Python client runs, and its protocol with the test.

stdin: a line of JSON (base_url, api_key, model, clips: name to PCM16 at 16 kHz as base64), later a line when the connection
has been cut, and one when the client's new connection has a session. stdout: a line of JSON for each turn and each call,
and {"cut": true} to have the connection cut.
"""

import asyncio
import base64
import json
import sys

RATE = 16_000
FRAME = 3200  # bytes: 100 ms


def get_time(city: str) -> dict:
    """Tells the time in a city."""
    print(json.dumps({"call": {"name": "get_time", "args": {"city": city}}}), flush=True)
    return {"result": f"It is tea time in {city}."}


class Turn:
    """What is heard and said until the answer ends."""

    def __init__(self) -> None:
        self.heard, self.said, self.audio = "", "", b""

    @property
    def spoken(self) -> bool:
        return len(self.audio) > 0


class Turns:
    """Collects the turns of a client. A turn without sound, in which a function is called, is part of the next."""

    def __init__(self) -> None:
        self.current = Turn()
        self._ended: asyncio.Queue[Turn] = asyncio.Queue()

    def end(self) -> None:
        if self.current.spoken:
            self._ended.put_nowait(self.current)
            self.current = Turn()

    async def next(self) -> Turn:
        return await self._ended.get()


async def microphone(pcm: bytes, send) -> None:
    """Sends a recording in real time, then silence until it is cancelled."""
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), 0
    while True:
        frame = pcm[sent * FRAME : (sent + 1) * FRAME].ljust(FRAME, b"\0")
        await send(frame)
        sent += 1
        await asyncio.sleep(max(0, began + sent * 0.1 - loop.time()))


def read_request() -> dict:
    return json.loads(sys.stdin.readline())


class Scenario:
    """Asks the questions, one after the other."""

    def __init__(self, request: dict) -> None:
        self.request = request

    async def ask(self, name: str, send, turns: Turns) -> None:
        # A client may still have to take its connection into use: a second of silence comes first.
        pcm = bytes(10 * FRAME) + base64.b64decode(self.request["clips"][name])
        speaking = asyncio.create_task(microphone(pcm, send))
        answer = asyncio.create_task(turns.next())
        # The microphone ends first only by an error.
        await asyncio.wait({speaking, answer}, return_when=asyncio.FIRST_COMPLETED)
        if speaking.done():
            speaking.result()
        turn = await answer
        speaking.cancel()
        report = {"turn": name, "inputTranscript": turn.heard, "outputTranscript": turn.said}
        print(json.dumps({**report, "audio": base64.b64encode(turn.audio).decode()}), flush=True)

    async def before_cut(self, send, turns: Turns) -> None:
        for name in ("who", "paris", "myName"):
            await self.ask(name, send, turns)

    async def cut(self) -> None:
        """Has the client's connection cut."""
        print(json.dumps({"cut": True}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)

    async def resumed(self) -> None:
        """Returns when the client's new connection has a session."""
        await asyncio.to_thread(sys.stdin.readline)
