"""Pipecat's Gemini service in a pipeline of its own, with a microphone of the test's."""

import asyncio

from common import RATE, Scenario, Turns, get_time, read_request
from google.genai.types import HttpOptions
from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMRunFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.google.gemini_live.llm import GeminiLiveLLMService


class Collector(FrameProcessor):
    """Reads the frames that pass, either way."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self.turns = turns

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        turn = self.turns.current
        if isinstance(frame, TranscriptionFrame):
            turn.heard += frame.text
        elif isinstance(frame, TTSTextFrame):
            turn.said += frame.text
        elif isinstance(frame, TTSAudioRawFrame):
            turn.audio += frame.audio
        elif isinstance(frame, TTSStoppedFrame):
            self.turns.end()
        await self.push_frame(frame, direction)


async def main(request: dict) -> None:
    scenario, turns = Scenario(request), Turns()
    schema = FunctionSchema(
        name="get_time",
        description="Tells the time in a city.",
        properties={"city": {"type": "string"}},
        required=["city"],
    )
    service = GeminiLiveLLMService(
        api_key=request["api_key"],
        settings=GeminiLiveLLMService.Settings(model=f"models/{request['model']}"),
        http_options=HttpOptions(base_url=request["base_url"]),
        tools=ToolsSchema(standard_tools=[schema]),
    )

    async def call(params) -> None:
        await params.result_callback(get_time(**params.arguments))

    service.register_function("get_time", call)
    context = LLMContext(messages=[{"role": "user", "content": "Say hello."}])
    aggregators = LLMContextAggregatorPair(context, realtime_service_mode=True)
    pipeline = Pipeline(
        [aggregators.user(), Collector(turns), service, Collector(turns), aggregators.assistant()]
    )
    params = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=24_000)
    task = PipelineTask(pipeline, params=params, cancel_on_idle_timeout=False)
    running = asyncio.create_task(PipelineRunner(handle_sigint=False).run(task))

    # The service drops audio until its first answer to the context, a history for the model.
    await task.queue_frame(LLMRunFrame())
    await turns.next()

    async def send(frame: bytes) -> None:
        await task.queue_frame(InputAudioRawFrame(audio=frame, sample_rate=RATE, num_channels=1))

    await scenario.before_cut(send, turns)
    await scenario.cut()
    await scenario.resumed()
    await scenario.ask("whichName", send, turns)
    await task.cancel()
    await running


asyncio.run(main(read_request()))
