"""LiveKit's plugin for Python: its realtime model, as its agents use it."""

import asyncio
import json

from common import RATE, Scenario, Turns, get_time, read_request
from google.genai import types
from livekit import rtc
from livekit.agents import llm
from livekit.plugins.google.realtime import RealtimeModel


async def receive(generation: llm.GenerationCreatedEvent, session, turns: Turns) -> None:
    async for message in generation.message_stream:
        turn = turns.current
        async for frame in message.audio_stream:
            turn.audio += bytes(frame.data)
        async for text in message.text_stream:
            turn.said += str(text)
    async for call in generation.function_stream:
        await answer(call, session)
    turns.end()


async def answer(call: llm.FunctionCall, session) -> None:
    output = json.dumps(get_time(**json.loads(call.arguments)))
    context = session.chat_ctx.copy()
    context.items.append(call)
    context.items.append(
        llm.FunctionCallOutput(call_id=call.call_id, name=call.name, output=output, is_error=False)
    )
    await session.update_chat_ctx(context)


async def main(request: dict) -> None:
    scenario, turns, tasks = Scenario(request), Turns(), set()
    model = RealtimeModel(
        model=request["model"],
        api_key=request["api_key"],
        http_options=types.HttpOptions(base_url=request["base_url"]),
        session_resumption=types.SessionResumptionConfig(),
    )
    session = model.session()
    await session.update_tools([llm.function_tool(get_time, name="get_time")])

    def heard(event: llm.InputTranscriptionCompleted) -> None:
        if event.is_final:
            turns.current.heard = event.transcript

    def generation(event: llm.GenerationCreatedEvent) -> None:
        tasks.add(asyncio.create_task(receive(event, session, turns)))

    session.on("input_audio_transcription_completed", heard)
    session.on("generation_created", generation)

    async def send(frame: bytes) -> None:
        session.push_audio(rtc.AudioFrame(frame, RATE, 1, len(frame) // 2))

    await scenario.before_cut(send, turns)
    await scenario.cut()
    await scenario.resumed()
    await scenario.ask("whichName", send, turns)
    await session.aclose()


asyncio.run(main(read_request()))
