"""Google's ADK with its agent in this process: the Live API is reached at another address by one setting."""

import asyncio
import os

from common import Scenario, Turns, get_time, read_request
from google.adk.agents import LiveRequestQueue, LlmAgent
from google.adk.agents.run_config import RunConfig
from google.adk.models import Gemini
from google.adk.runners import InMemoryRunner
from google.genai import types


async def receive(events, turns: Turns) -> None:
    async for event in events:
        turn = turns.current
        if event.input_transcription and event.input_transcription.finished:
            turn.heard += event.input_transcription.text or ""
        if event.output_transcription and event.output_transcription.finished:
            turn.said += event.output_transcription.text or ""
        for part in (event.content and event.content.parts) or []:
            if part.inline_data and part.inline_data.mime_type.startswith("audio/"):
                turn.audio += part.inline_data.data
        if event.turn_complete:
            turns.end()


async def main(request: dict) -> None:
    os.environ["GOOGLE_API_KEY"] = request["api_key"]
    scenario, turns = Scenario(request), Turns()
    model = Gemini(model=request["model"], base_url=request["base_url"])
    agent = LlmAgent(name="clerk", model=model, tools=[get_time])
    runner = InMemoryRunner(agent=agent, app_name="clients")
    session = await runner.session_service.create_session(app_name="clients", user_id="ann")
    queue = LiveRequestQueue()
    events = runner.run_live(
        user_id="ann",
        session_id=session.id,
        live_request_queue=queue,
        run_config=RunConfig(session_resumption=types.SessionResumptionConfig()),
    )
    receiving = asyncio.create_task(receive(events, turns))

    async def send(frame: bytes) -> None:
        if receiving.done():
            receiving.result()
        queue.send_realtime(types.Blob(data=frame, mime_type="audio/pcm;rate=16000"))

    await scenario.before_cut(send, turns)
    await scenario.cut()
    await scenario.resumed()
    await scenario.ask("whichName", send, turns)
    queue.close()
    receiving.cancel()


asyncio.run(main(read_request()))
