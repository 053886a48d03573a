"""Google's ADK as a client of the emulator itself: history, a streaming tool, a transfer. Prints the answers as JSON."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator

from common import read_request
from google.adk.agents import LiveRequestQueue, LlmAgent
from google.adk.agents.run_config import RunConfig
from google.adk.events import Event
from google.adk.models import Gemini
from google.adk.runners import InMemoryRunner
from google.genai import types


def content(role: str, text: str) -> types.Content:
    return types.Content(role=role, parts=[types.Part(text=text)])


class Talk:
    """A live run of an agent, and what it says."""

    def __init__(self, agent: LlmAgent) -> None:
        self.runner = InMemoryRunner(agent=agent, app_name="direct")
        self.queue = LiveRequestQueue()
        self.said: asyncio.Queue[str] = asyncio.Queue()

    async def run(self, history: list[types.Content], question: str | None) -> None:
        service = self.runner.session_service
        session = await service.create_session(app_name="direct", user_id="ann")
        for item in history:
            author = "user" if item.role == "user" else self.runner.agent.name
            await service.append_event(session, Event(author=author, content=item))
        if question is not None:
            self.queue.send_content(content("user", question))
        events = self.runner.run_live(
            user_id="ann", session_id=session.id, live_request_queue=self.queue, run_config=RunConfig()
        )
        async for event in events:
            if event.output_transcription and event.output_transcription.finished:
                self.said.put_nowait(f"{event.author}: {event.output_transcription.text}")


async def answers(agent: LlmAgent, until: str, *, history=(), question: str | None = None) -> list[str]:
    """What the agent says until it says a certain word."""
    talk, said = Talk(agent), []
    running = asyncio.create_task(talk.run(list(history), question))
    while not said or until not in said[-1]:
        next_one = asyncio.create_task(talk.said.get())
        await asyncio.wait({running, next_one}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        said.append(await next_one)
    talk.queue.close()
    running.cancel()
    return said


async def monitor_price(symbol: str) -> AsyncGenerator[dict, None]:
    """Monitors the price of a stock and reports every change."""
    for price in (300, 400, 500):
        yield {"symbol": symbol, "price": price}
        await asyncio.sleep(2)


def check_prime(number: int) -> dict:
    """Checks whether a number is prime."""
    return {"result": f"{number} is prime" if number in (2, 3, 5, 7) else f"{number} is not prime"}


async def main(request: dict) -> None:
    os.environ["GOOGLE_API_KEY"] = request["api_key"]
    model = Gemini(model=request["model"], base_url=request["base_url"])
    plain = LlmAgent(name="plain", model=model)
    stocks = LlmAgent(name="stocks", model=model, tools=[monitor_price])
    primes = LlmAgent(
        name="primes", model=model, description="Checks whether numbers are prime.", tools=[check_prime]
    )
    desk = LlmAgent(name="desk", model=model, description="The front desk.", sub_agents=[primes])
    before = [content("user", "Hello"), content("model", "Hello!"), content("user", "What is two plus two?")]
    report = {
        "history": await answers(plain, "four", history=before),
        "stream": await answers(stocks, "500", question="Monitor the price of ACME"),
        "transfer": await answers(desk, "7 is prime", question="Is 7 prime?"),
    }
    print(json.dumps(report))


asyncio.run(main(read_request()))
