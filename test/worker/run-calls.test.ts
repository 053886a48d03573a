import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import type { Event } from "../../src/wire/adk.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { newConversation, connect } from "./client.ts";
import { connectNative } from "./native.ts";
import { turnCompleteMessage, transcriptMessage } from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";
import { dataOf, post, textsOf } from "./run.ts";
import { setAgent } from "./upstreams.ts";

const pay = tool({
  name: "pay",
  description: "Pays a bill.",
  approval: "pay the bill",
  run: () => ({ paid: true }),
});
const research = tool({
  name: "research",
  description: "Takes its time.",
  longRunning: true,
  run: () => new Promise(() => undefined),
});
const clerk = agent({
  name: "clerk",
  model: "gemini-3.8-live",
  tools: [pay, research],
  hooks: { beforeModel: ({ text }) => (/4111/.test(text) ? { block: "No cards." } : undefined) },
});

const slow = tool({
  name: "slow",
  description: "Takes its time.",
  run: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    }),
});
const slowClerk = agent({ name: "clerk", model: "gemini-3.8-live", tools: [slow, research] });

const calls = (id: string, name: string) => ({
  toolCall: { functionCalls: [{ id, name, args: {} }] },
});

/** A session of the clerk, whose model the test plays. A live client keeps it open. */
async function clerkConversation(author = clerk, ready = true) {
  const { object, models } = newConversation();
  setAgent(object, author);
  const [app = "", userId = "", sessionId = ""] = JSON.parse(object) as string[];
  await rest("POST", sessionsPath(userId, app), { sessionId });
  const live = await connect(`/run_live?app_name=${app}&user_id=${userId}&session_id=${sessionId}`);
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  if (ready) await model.send({ setupComplete: {} });
  const ask = (parts: object[]) =>
    post("/run_sse", { userId, sessionId, newMessage: { parts } }).then(async (response) =>
      dataOf(await response.text()),
    );
  return { model, models, live, ask, userId, sessionId };
}

const respond = (id: string, name: string, response: object) => [
  { functionResponse: { id, name, response } },
];

const responsesIn = (received: readonly ClientMessage[]) =>
  received.flatMap((message) =>
    "toolResponse" in message ? message.toolResponse.functionResponses : [],
  );

describe("[RUN11] a call that waits for approval is published as ADK does, and answered in that form", () => {
  it.each([
    [{ confirmed: true }, { paid: true }],
    [{ response: '{"confirmed": true}' }, { paid: true }],
    [{ confirmed: false }, { error: expect.any(String) }],
  ])("%j", async (response, answer) => {
    const { model, live, ask } = await clerkConversation();
    const run = ask([{ text: "Pay it." }]);
    await model.until(({ received }) => received.length > 1);
    await model.send(calls("c1", "pay"));
    const events = await run;
    expect(events.at(-1)).toMatchObject({
      longRunningToolIds: ["c1"],
      content: {
        parts: [
          {
            functionCall: {
              id: "c1",
              name: "adk_request_confirmation",
              args: {
                originalFunctionCall: { id: "c1", name: "pay" },
                toolConfirmation: { hint: "pay the bill", confirmed: false },
              },
            },
          },
        ],
      },
    });
    await live.next(
      ({ content }) => content?.parts?.[0]?.functionCall?.name === "adk_request_confirmation",
    );
    const decided = ask(respond("c1", "adk_request_confirmation", response));
    await model.until(({ received }) =>
      responsesIn(received).some(({ id, willContinue }) => id === "c1" && !willContinue),
    );
    await model.send(transcriptMessage("Done."), turnCompleteMessage);
    expect(textsOf(await decided)).toEqual(["Done."]);
    const last = responsesIn(model.received).findLast(({ id }) => id === "c1");
    expect(last?.response).toEqual(answer);
  });
});

describe("[RUN12] a long-running call may be answered by a function response of the user", () => {
  it("the model receives it as text, and its reply is the run's answer", async () => {
    const { model, ask, userId, sessionId } = await clerkConversation();
    const run = ask([{ text: "Find out." }]);
    await model.until(({ received }) => received.length > 1);
    await model.send(calls("c2", "research"));
    await model.until(({ received }) => responsesIn(received).length > 0);
    await model.send(turnCompleteMessage);
    await run;
    const answered = ask(respond("c2", "research", { found: 42 }));
    await model.until(({ received }) => JSON.stringify(received).includes("research reports"));
    expect(JSON.stringify(model.received.at(-1))).toContain("42");
    await model.send(transcriptMessage("It is 42."), turnCompleteMessage);
    const events = await answered;
    expect(events[0]).toMatchObject({
      author: "user",
      content: { parts: [{ functionResponse: { id: "c2", response: { found: 42 } } }] },
    });
    expect(textsOf(events)).toEqual(["It is 42."]);
    const { events: kept } = (await rest("GET", `${sessionsPath(userId)}/${sessionId}`)).body;
    expect(JSON.stringify(kept)).toContain('"found":42');
  });
});

describe("[RUN13] a run whose caller disconnects before it starts is cancelled", () => {
  it("while a hook checks its text: it is not sent, and the next run starts at once", async () => {
    const verdict = Promise.withResolvers<undefined>();
    const beforeModel = ({ text }: { text: string }) =>
      text === "one" ? verdict.promise : undefined;
    const checked = agent({ name: "clerk", model: "gemini-3.8-live", hooks: { beforeModel } });
    const { model, ask, userId, sessionId } = await clerkConversation(checked);
    const body = { userId, sessionId, newMessage: { parts: [{ text: "one" }] } };
    const gone = await post("/run_sse", body);
    // Requests are processed in order: this response proves that the message before it was read.
    await rest("GET", `${sessionsPath(userId)}/${sessionId}`);
    await gone.body?.cancel();
    await rest("GET", `${sessionsPath(userId)}/${sessionId}`);
    verdict.resolve(undefined);
    const next = ask([{ text: "two" }]);
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Two."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Two."]);
    expect(JSON.stringify(model.received)).not.toContain("one");
  });

  it("and the runs queued behind it are next", async () => {
    const { model, ask, userId, sessionId } = await clerkConversation();
    const first = ask([{ text: "one" }]);
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("On"));
    const body = { userId, sessionId, newMessage: { parts: [{ text: "two" }] } };
    const gone = await post("/run_sse", body);
    const third = ask([{ text: "three" }]);
    // Requests are processed in order: this response proves that the message before it was read.
    await rest("GET", `${sessionsPath(userId)}/${sessionId}`);
    await gone.body?.cancel();
    await rest("GET", `${sessionsPath(userId)}/${sessionId}`);
    await model.send(transcriptMessage("e."), turnCompleteMessage);
    expect(textsOf(await first)).toEqual(["One."]);
    await model.until(({ received }) => received.length > 2);
    await model.send(transcriptMessage("Three."), turnCompleteMessage);
    expect(textsOf(await third)).toEqual(["Three."]);
    expect(JSON.stringify(model.received)).not.toContain("two");
  });
});

describe("[RUN6] a blocked run ends at once and ends no other", () => {
  const blocked = [expect.objectContaining({ errorCode: "BLOCKED", errorMessage: "No cards." })];

  it("and the next run starts", async () => {
    const { model, ask } = await clerkConversation();
    const first = ask([{ text: "My card is 4111." }]);
    const second = ask([{ text: "Hello." }]);
    expect(await first).toEqual(blocked);
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Hi."), turnCompleteMessage);
    expect(textsOf(await second)).toEqual(["Hi."]);
  });

  it("another participant's blocked text does not end a run", async () => {
    const { model, ask, live } = await clerkConversation();
    const run = ask([{ text: "Hello." }]);
    await model.until(({ received }) => received.length > 1);
    live.send({ content: { parts: [{ text: "My card is 4111." }] } });
    await live.next(({ errorCode }) => errorCode === "BLOCKED");
    await model.send(transcriptMessage("Hi."), turnCompleteMessage);
    expect(textsOf(await run)).toEqual(["Hi."]);
  });
});

describe("[RUN20] a waiting run is notified when the conversation ends", () => {
  it.each(["ended", "deleted"])("%s: which messages were sent and which were not", async (how) => {
    const { model, ask, live, userId, sessionId } = await clerkConversation();
    const first = ask([{ text: "one" }]);
    await model.until(({ received }) => received.length > 1);
    const second = ask([{ text: "two" }]);
    // Requests are processed in order: this response proves that the message before it was read.
    await rest("GET", `${sessionsPath(userId)}/${sessionId}`);
    await model.send(transcriptMessage("On"));
    await live.next(({ outputTranscription }) => outputTranscription !== undefined);
    if (how === "deleted") await rest("DELETE", `${sessionsPath(userId)}/${sessionId}`);
    else {
      const { client: boss } = await connectNative(`/ws/${userId}/${sessionId}?role=operator`);
      await boss.hello();
      boss.send({ type: "end" });
    }
    const no = (text: string) => ({
      errorCode: "NOT_FOUND",
      errorMessage: expect.stringContaining(text),
    });
    expect((await first).at(-1)).toMatchObject(no("before the answer was over"));
    expect(await second).toMatchObject([no("not said")]);
  });
});

describe("[RUN25] a run whose caller disconnects stops its turn", () => {
  const aborted = { errorCode: "INVOCATION_ABORTED", errorMessage: expect.any(String) };

  async function startedRun(path = "/run_sse") {
    const talk = await clerkConversation(slowClerk);
    const { userId, sessionId, model } = talk;
    const request = { userId, sessionId, newMessage: { parts: [{ text: "Tell me." }] } };
    const started = post(path, request);
    await model.until(({ received }) => received.length > 1);
    const leave = async () => (await started).body?.cancel();
    const kept = async () => (await rest("GET", `${sessionsPath(userId)}/${sessionId}`)).body;
    return { ...talk, started, leave, kept };
  }
  const interrupts = ({ received }: { readonly received: readonly ClientMessage[] }) =>
    received.some(
      (message) => "clientContent" in message && message.clientContent.turns?.length === 0,
    );

  it("an answer: it is interrupted for all clients, and the next run starts with its end", async () => {
    const { model, live, ask, leave, kept } = await startedRun();
    await model.send(transcriptMessage("Once upon "));
    await live.next((event) => event.outputTranscription !== undefined);
    await leave();
    await live.next((event) => event.interrupted === true);
    expect(await live.next((event) => event.errorCode !== undefined)).toMatchObject(aborted);
    await model.until(interrupts);
    const sent = model.received.length;
    const next = ask([{ text: "Hello." }]);
    await model.send(transcriptMessage("a time"), {
      serverContent: { interrupted: true, turnComplete: true },
    });
    await model.until(({ received }) => received.length > sent);
    await model.send(transcriptMessage("Hi."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Hi."]);
    expect(live.frames.join()).not.toContain("a time");
    const { events } = await kept();
    expect(events).toContainEqual(expect.objectContaining(aborted));
    expect(events).toContainEqual(expect.objectContaining({ interrupted: true }));
  });

  it("a call: the tool is aborted, and the call sealed for the model, the clients and the log", async () => {
    const { model, live, leave, kept } = await startedRun();
    await model.send(calls("c1", "slow"), calls("c2", "research"));
    await model.until(({ received }) => responsesIn(received).some(({ id }) => id === "c2"));
    await leave();
    await model.until(interrupts);
    const last = (id: string) => responsesIn(model.received).findLast((each) => each.id === id);
    for (const id of ["c1", "c2"])
      expect(last(id)).toMatchObject({
        response: { error: "Invocation was aborted by client." },
        scheduling: "SILENT",
      });
    const sealed = (await kept()).events.filter(({ errorCode }: Event) => errorCode !== undefined);
    expect(sealed).toMatchObject(
      [
        ["c1", "slow"],
        ["c2", "research"],
      ].map(([id, name]) => ({
        ...aborted,
        author: "clerk",
        content: {
          role: "user",
          parts: [{ functionResponse: { id, name, response: { error: aborted.errorMessage } } }],
        },
      })),
    );
    expect(live.events.filter(({ errorCode }) => errorCode)).toHaveLength(2);
    live.send({ content: { parts: respond("c2", "research", { found: true }) } });
    await live.next(({ errorCode }) => errorCode === "CALL_NOT_OPEN");
    expect(JSON.stringify(model.received)).not.toContain("research reports");
  });

  it("not a turn in which another client has typed meanwhile", async () => {
    const { model, live, leave, kept } = await startedRun();
    await model.send(transcriptMessage("One "));
    live.send({ content: { parts: [{ text: "Go on." }] } });
    await model.until(({ received }) => received.length > 2);
    await leave();
    await kept();
    await model.send(transcriptMessage("two."), turnCompleteMessage);
    await live.next((event) => event.turnComplete === true);
    expect(live.events.some((event) => event.interrupted ?? event.errorCode)).toBe(false);
    expect(interrupts(model)).toBe(false);
  });

  it("nor another client's turn that came before it", async () => {
    const { model, live, ask, leave, kept } = await startedRun();
    await model.send(transcriptMessage("One."), turnCompleteMessage);
    live.send({ content: { parts: [{ text: "And two?" }] } });
    await model.until(({ received }) => received.length > 2);
    await model.send(transcriptMessage("Two "));
    await leave();
    await kept();
    await model.send(transcriptMessage("too."), turnCompleteMessage);
    const next = ask([{ text: "Three?" }]);
    await model.until(({ received }) => received.length > 3);
    await model.send(transcriptMessage("Three."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Three."]);
    expect(live.events.some((event) => event.interrupted)).toBe(false);
  });

  it("of /run too", async () => {
    const { model, live, leave } = await startedRun("/run");
    await model.send(transcriptMessage("Once "));
    await live.next((event) => event.outputTranscription !== undefined);
    await leave();
    await live.next((event) => event.interrupted === true);
  });
});

describe("[RUN31] a run whose caller disconnects while no session is on is not answered", () => {
  const aborted = ({ errorCode }: Event) => errorCode === "INVOCATION_ABORTED";
  const runOf = ({ userId, sessionId }: { userId: string; sessionId: string }, text: string) =>
    post("/run", { userId, sessionId, newMessage: { parts: [{ text }] } });
  // Requests are processed in order: this response proves that the messages before it were read.
  const read = ({ userId, sessionId }: { userId: string; sessionId: string }) =>
    rest("GET", `${sessionsPath(userId)}/${sessionId}`);

  it("its message waits for the first session: it is not sent, and the next one is", async () => {
    const talk = await clerkConversation(clerk, false);
    const { model, live, ask } = talk;
    const gone = await runOf(talk, "one");
    await read(talk);
    await gone.body?.cancel();
    await live.next(aborted);
    const next = ask([{ text: "two" }]);
    await read(talk);
    await model.send({ setupComplete: {} });
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Two."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Two."]);
    expect(JSON.stringify(model.received.slice(1))).not.toContain("one");
  });

  it("its session is lost before the answer: the next session is not asked for one", async () => {
    const talk = await clerkConversation();
    const { model, models, live, ask } = talk;
    const gone = await runOf(talk, "one");
    await model.until(({ received }) => received.length > 1);
    await model.close(1011, "Internal error encountered.");
    await model.until(({ closed }) => closed !== undefined);
    await gone.body?.cancel();
    await live.next(aborted);
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} });
    const next = ask([{ text: "two" }]);
    await second.until(({ received }) => JSON.stringify(received).includes("two"));
    await second.send(transcriptMessage("Two."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Two."]);
    expect(second.received.slice(1)).toHaveLength(1);
  });

  it("its turn is over but for a call: the call is sealed, and the next run starts", async () => {
    const talk = await clerkConversation(slowClerk);
    const { model, live, ask } = talk;
    const gone = await runOf(talk, "one");
    await model.until(({ received }) => received.length > 1);
    await model.send(calls("c1", "slow"), turnCompleteMessage);
    await live.next(({ turnComplete }) => turnComplete === true);
    await gone.body?.cancel();
    const { content } = await live.next(aborted);
    expect(content?.parts).toMatchObject([{ functionResponse: { id: "c1", name: "slow" } }]);
    const next = ask([{ text: "two" }]);
    await model.until(({ received }) => JSON.stringify(received).includes("two"));
    await model.send(transcriptMessage("Two."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Two."]);
  });

  it("fifteen callers: the sixteenth is answered as if they had not been there", async () => {
    const talk = await clerkConversation(clerk, false);
    const { model, ask } = talk;
    const gone = await Promise.all(
      Array.from({ length: 15 }, (_, at) => runOf(talk, `number ${at}`)),
    );
    await read(talk);
    for (const { body } of gone) await body?.cancel();
    const next = ask([{ text: "two" }]);
    await read(talk);
    await model.send({ setupComplete: {} });
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Two."), turnCompleteMessage);
    expect(textsOf(await next)).toEqual(["Two."]);
    expect(JSON.stringify(model.received.slice(1))).not.toContain("number");
  });
});
