"""ADK's bidi-demo, without its page: FastAPI and uvicorn with uvloop, no TLS, no logs. Prints its port.

    LIVE_API_URL=http://127.0.0.1:1 python server.py
"""

import asyncio
import logging
import os
import socket

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from google.adk.agents import Agent, LiveRequestQueue
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.models import Gemini
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.genai import live, types

APP_NAME = "bidi-demo"

logging.disable(logging.CRITICAL)
os.environ["GOOGLE_API_KEY"] = "bench"


def connect_without_tls(uri: str, additional_headers: dict[str, str], **_: object):
    """google-genai speaks TLS to every address; the other contenders reach the bench's upstream without."""
    return ws_connect(uri.replace("wss:", "ws:", 1), additional_headers=additional_headers)


ws_connect, live.ws_connect = live.ws_connect, connect_without_tls

agent = Agent(
    name="assistant",
    model=Gemini(model="gemini-3.8-live", base_url=os.environ["LIVE_API_URL"]),
    instruction="You are a helpful assistant.",
)
session_service = InMemorySessionService()
runner = Runner(app_name=APP_NAME, agent=agent, session_service=session_service)
app = FastAPI()


@app.websocket("/ws/{user_id}/{session_id}")
async def converse(websocket: WebSocket, user_id: str, session_id: str) -> None:
    await websocket.accept()
    await session_service.create_session(app_name=APP_NAME, user_id=user_id, session_id=session_id)
    queue = LiveRequestQueue()
    run_config = RunConfig(
        streaming_mode=StreamingMode.BIDI,
        response_modalities=["AUDIO"],
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        session_resumption=types.SessionResumptionConfig(),
    )

    async def upstream() -> None:
        while True:
            message = await websocket.receive()
            if "bytes" in message:
                queue.send_realtime(types.Blob(mime_type="audio/pcm;rate=16000", data=message["bytes"]))
            else:
                raise WebSocketDisconnect

    async def downstream() -> None:
        async for event in runner.run_live(
            user_id=user_id, session_id=session_id, live_request_queue=queue, run_config=run_config
        ):
            await websocket.send_text(event.model_dump_json(exclude_none=True, by_alias=True))

    try:
        await asyncio.gather(upstream(), downstream())
    except WebSocketDisconnect:
        pass
    finally:
        queue.close()


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(512)
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, loop="uvloop", log_level="critical", access_log=False)
uvicorn.Server(config).run(sockets=[listener])
