"""Google's Python SDK."""

import asyncio

from common import Scenario, Turns, get_time, read_request
from google import genai
from google.genai import types


def config(handle: str | None) -> types.LiveConnectConfig:
    return types.LiveConnectConfig(
        response_modalities=["AUDIO"],
        input_audio_transcription={},
        output_audio_transcription={},
        tools=[types.Tool(function_declarations=[declaration])],
        session_resumption=types.SessionResumptionConfig(handle=handle),
    )


declaration = types.FunctionDeclaration(
    name="get_time",
    description="Tells the time in a city.",
    parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


class Receiver:
    def __init__(self, turns: Turns) -> None:
        self.turns, self.handle = turns, None

    async def run(self, session) -> None:
        """Returns when the connection is lost."""
        try:
            while True:
                async for message in session.receive():
                    await self.read(message, session)
        except genai.errors.APIError:
            return

    async def read(self, message, session) -> None:
        if update := message.session_resumption_update:
            self.handle = update.new_handle or self.handle
        if message.tool_call:
            responses = [
                types.FunctionResponse(id=call.id, name=call.name, response=get_time(**call.args))
                for call in message.tool_call.function_calls
            ]
            await session.send_tool_response(function_responses=responses)
        if content := message.server_content:
            turn = self.turns.current
            if content.input_transcription:
                turn.heard += content.input_transcription.text or ""
            if content.output_transcription:
                turn.said += content.output_transcription.text or ""
            turn.audio += message.data or b""
            if content.turn_complete:
                self.turns.end()


async def main(request: dict) -> None:
    scenario, turns = Scenario(request), Turns()
    client = genai.Client(api_key=request["api_key"], http_options={"base_url": request["base_url"]})
    receiver = Receiver(turns)

    def sender(session):
        async def send(frame: bytes) -> None:
            await session.send_realtime_input(audio=types.Blob(data=frame, mime_type="audio/pcm;rate=16000"))

        return send

    async with client.aio.live.connect(model=request["model"], config=config(None)) as session:
        receiving = asyncio.create_task(receiver.run(session))
        await scenario.before_cut(sender(session), turns)
        await scenario.cut()
        await receiving
    async with client.aio.live.connect(model=request["model"], config=config(receiver.handle)) as session:
        await scenario.resumed()
        receiving = asyncio.create_task(receiver.run(session))
        await scenario.ask("whichName", sender(session), turns)
        receiving.cancel()


asyncio.run(main(read_request()))
