import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import {
  callStep,
  callsIn,
  declareFunctions,
  clientWithCalls,
  respond,
  functionResponsesSeen,
} from "./calls.ts";
import {
  at,
  audioOf,
  LONG,
  outline,
  outputTranscript,
  speak,
  startEmulator,
  sendText,
  VERTEX,
} from "./client.ts";

describe("function calls", () => {
  test("[EMU51] a silent tool turn sends activity end, toolCall, generationComplete and turnComplete with usage at the same instant", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([callStep("f")]);
    const client = await ready(declareFunctions());
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(1500));
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "start",
      "inputTranscript",
      "end",
      "toolCall",
      "generationComplete",
      "turnComplete",
    ]);
    expect(new Set(messages.slice(1).map((m) => m.at)).size).toBe(1);
    expect(messages.at(-1)?.usageMetadata).toBeDefined();
  });

  test("[EMU27] several calls share a frame, each with an opaque id of its own", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([
      {
        call: [
          { name: "f", args: { city: "Paris" } },
          { name: "f", args: { city: "Rome" } },
        ],
      },
    ]);
    const client = await ready(declareFunctions());
    sendText(client, "weather");
    await ports.clock.advance(1000);
    const frames = client.take().flatMap((m) => m.toolCall ?? []);
    expect(frames).toHaveLength(1);
    const functionCalls = frames[0]?.functionCalls ?? [];
    expect(functionCalls.map(({ args }) => args)).toEqual([{ city: "Paris" }, { city: "Rome" }]);
    for (const { id } of functionCalls) expect(id).toMatch(/^call_\d{6,7}$/);
    expect(new Set(functionCalls.map(({ id }) => id)).size).toBe(2);
  });

  test("[EMU27] a response to an unknown call is ignored, or refused by option", async () => {
    const outcome = async (unknownCall: "ignored" | 1007 | 1008): Promise<unknown> => {
      const on = startEmulator({ tools: { unknownCall } });
      const { client } = await clientWithCalls(on, [callStep("f")]);
      respond(client, "function-call-1");
      await on.ports.clock.advance(2000);
      expect(client.take()).toEqual([]);
      return client.closed;
    };
    expect(await outcome("ignored")).toBeUndefined();
    expect(await outcome(1007)).toEqual({
      code: 1007,
      reason: "Request contains an invalid argument.",
    });
    expect(await outcome(1008)).toEqual({ code: 1008, reason: "Requested entity was not found." });
  });

  test("[EMU27] a response may omit the id on Vertex, not on AI Studio", async () => {
    const answeredWithoutId = async (path?: string): Promise<boolean> => {
      const { ports, ready } = startEmulator();
      ports.brain.replies.push([callStep("f")], [{ say: "All done." }]);
      const model =
        path === undefined
          ? {}
          : { model: "projects/p/locations/l/publishers/google/models/gemini-3.8-live" };
      const client = await ready(
        { ...declareFunctions(), ...model },
        path === undefined ? {} : { path },
      );
      sendText(client, "do it");
      await ports.clock.advance(1000);
      const response = { name: "f", response: {} };
      client.send({ toolResponse: { functionResponses: [response] } });
      await ports.clock.advance(3000);
      return outputTranscript(client.take()).includes("All done.");
    };
    expect(await answeredWithoutId(VERTEX)).toBe(true);
    expect(await answeredWithoutId()).toBe(false);
  });
});

describe("non-blocking calls", () => {
  test("[EMU28] the model continues in the same turn", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: "One moment." }, callStep("f"), { say: "I am looking." }]);
    const client = await ready(declareFunctions());
    sendText(client, "do it");
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual([
      "speech",
      "toolCall",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
  });

  test("[EMU52] a response, however late, triggers a turn half a second later", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    await on.ports.clock.advance(60_000);
    const sent = on.ports.clock.now() - client.opened;
    respond(client, ids[0] ?? "");
    await on.ports.clock.advance(5000);
    const messages = client.take();
    expect(outline(messages)).toEqual(["speech", "generationComplete", "turnComplete"]);
    const wait = (audioOf(messages)[0]?.at ?? 0) - sent;
    expect(wait).toBeGreaterThanOrEqual(500);
    expect(wait).toBeLessThanOrEqual(750);
    expect(functionResponsesSeen(on)).toEqual([
      { id: ids[0], name: "f", response: { output: "fine" } },
    ]);
  });

  test("[EMU28] responses that arrive together get one reply, others one each", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f", "g")]);
    respond(client, ids[0] ?? "");
    respond(client, ids[1] ?? "");
    await on.ports.clock.advance(5000);
    expect(outline(client.take()).filter((word) => word === "turnComplete")).toHaveLength(1);
    expect(functionResponsesSeen(on)).toHaveLength(2);
    on.ports.brain.replies.push([callStep("f", "g")]);
    sendText(client, "again");
    await on.ports.clock.advance(1000);
    const [one = "", other = ""] = callsIn(client.take()).map(({ id }) => id);
    respond(client, one);
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toContain("turnComplete");
    respond(client, other);
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toContain("turnComplete");
  });

  test("[EMU28] WHEN_IDLE waits until the model has finished", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f"), { say: LONG }]);
    on.ports.brain.replies.push([{ say: "Your result." }]);
    respond(client, ids[0] ?? "", { scheduling: "WHEN_IDLE" });
    await on.ports.clock.advance(40_000);
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "speech",
      "generationComplete",
      "turnComplete",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(outputTranscript(messages).endsWith("Your result.")).toBe(true);
  });

  test.each([
    ["beside the response", { scheduling: "INTERRUPT" }],
    ["inside it", { response: { scheduling: "INTERRUPT" } }],
  ])("[EMU28] INTERRUPT, %s, interrupts the model", async (_, scheduling) => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f"), { say: LONG }]);
    on.ports.brain.replies.push([{ say: "Your result." }]);
    const sent = on.ports.clock.now() - client.opened;
    respond(client, ids[0] ?? "", scheduling);
    await on.ports.clock.advance(5000);
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "interrupted",
      "turnComplete",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(at(messages, "interrupted")).toBe(sent);
  });

  test("[EMU28] INTERRUPT waits while the user speaks, and one reply covers both", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    await speak(client, on.ports, tone(600));
    respond(client, ids[0] ?? "", { scheduling: "INTERRUPT" });
    await speak(client, on.ports, tone(1000));
    expect(outline(client.take())).toEqual(["start"]);
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    expect(outline(client.take()).filter((word) => word === "turnComplete")).toHaveLength(1);
    expect(functionResponsesSeen(on)).toHaveLength(1);
  });

  test("[EMU28] SILENT enters the history without a reply", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    respond(client, ids[0] ?? "", { scheduling: "SILENT" });
    await on.ports.clock.advance(10_000);
    expect(client.take()).toEqual([]);
    sendText(client, "and?");
    await on.ports.clock.advance(1000);
    expect(functionResponsesSeen(on)).toHaveLength(1);
  });

  test("[EMU28] willContinue keeps the id open for responses until it is false", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    for (const output of ["one", "two"]) {
      respond(client, ids[0] ?? "", { response: { output }, willContinue: true });
      await on.ports.clock.advance(5000);
      expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
    }
    respond(client, ids[0] ?? "", {
      response: {},
      scheduling: "SILENT",
      willContinue: false,
    });
    respond(client, ids[0] ?? "", { response: { output: "too late" } });
    await on.ports.clock.advance(5000);
    expect(client.take()).toEqual([]);
    expect(functionResponsesSeen(on)).toEqual([
      { id: ids[0], name: "f", response: { output: "one" }, willContinue: true },
      { id: ids[0], name: "f", response: { output: "two" }, willContinue: true },
    ]);
  });

  test("[EMU67] responses without willContinue are all spoken: ADK sends each yield of a streaming tool so", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    for (const output of ["pending", "one", "two", "two"]) {
      respond(client, ids[0] ?? "", { response: { output } });
      await on.ports.clock.advance(5000);
      expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
    }
    expect(functionResponsesSeen(on)).toMatchObject(
      ["pending", "one", "two", "two"].map((output) => ({ response: { output } })),
    );
  });

  test("[EMU67] a call with one response is not pending: handles and turns do not wait for a second", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    respond(client, ids[0] ?? "");
    await on.ports.clock.advance(5000);
    client.take();
    on.ports.brain.replies.push([{ say: "Next." }]);
    sendText(client, "and?");
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
  });

  test("[EMU67] the model does not see the scheduling that Pipecat puts into the response", async () => {
    const on = startEmulator();
    const { client, ids } = await clientWithCalls(on, [callStep("f")]);
    respond(client, ids[0] ?? "", { response: { sky: "clear", scheduling: "WHEN_IDLE" } });
    await on.ports.clock.advance(5000);
    expect(functionResponsesSeen(on)).toEqual([
      { id: ids[0], name: "f", response: { sky: "clear" } },
    ]);
  });
});

describe("spellings and places", () => {
  const call = { functionCall: { name: "f", args: {} } };
  const answer = { functionResponse: { name: "f", response: {} } };

  test.each([call, answer])("[EMU74] contents with %j are refused", async (part) => {
    const client = await startEmulator().ready(declareFunctions());
    client.send({ clientContent: { turns: [{ role: "user", parts: [part] }] } });
    expect(client.closed).toEqual({ code: 1007, reason: "Request contains an invalid argument." });
  });

  test.each([{ scheduling: "INTERRUPTED" }, { response: { scheduling: "INTERRUPTED" } }])(
    "[EMU74] %j interrupts",
    async (more) => {
      const on = startEmulator();
      const { client, ids } = await clientWithCalls(on, [callStep("f"), { say: LONG }]);
      respond(client, ids[0] ?? "", more);
      await on.ports.clock.advance(2000);
      expect(outline(client.take())).toContain("interrupted");
    },
  );

  test("[EMU74] labels and store are known", async () => {
    const client = await startEmulator().ready({ labels: { a: "b" }, store: true });
    expect(client.closed).toBeUndefined();
  });
});
