"""A turn through Google's Python SDK. Reads JSON (base_url, api_key, pcm: PCM16 at 16 kHz as base64), prints the turn as JSON."""

import asyncio
import base64
import json
import sys

from google import genai
from google.genai import types

FRAME = 3200  # 100 ms


async def turn(base_url: str, api_key: str, pcm: bytes) -> dict:
    client = genai.Client(api_key=api_key, http_options={"base_url": base_url})
    config = types.LiveConnectConfig(
        response_modalities=["AUDIO"],
        input_audio_transcription={},
        output_audio_transcription={},
        realtime_input_config={"automatic_activity_detection": {"silence_duration_ms": 800}},
        session_resumption={},
    )
    input_transcript, output_transcript, audio = "", "", b""
    async with client.aio.live.connect(model="gemini-3.8-live", config=config) as session:

        async def speak() -> None:
            frames = [pcm[at : at + FRAME] for at in range(0, len(pcm), FRAME)]
            for frame in frames + [bytes(FRAME)] * 300:
                blob = types.Blob(data=frame, mime_type="audio/pcm;rate=16000")
                await session.send_realtime_input(audio=blob)
                await asyncio.sleep(0.1)

        speaking = asyncio.create_task(speak())
        async for message in session.receive():
            content = message.server_content
            if content is None:
                continue
            if content.input_transcription and content.input_transcription.text:
                input_transcript += content.input_transcription.text
            if content.output_transcription and content.output_transcription.text:
                output_transcript += content.output_transcription.text
            if message.data:
                audio += message.data
        speaking.cancel()
    return {
        "inputTranscript": input_transcript,
        "outputTranscript": output_transcript,
        "audio": base64.b64encode(audio).decode(),
    }


request = json.load(sys.stdin)
print(json.dumps(asyncio.run(turn(request["base_url"], request["api_key"], base64.b64decode(request["pcm"])))))
