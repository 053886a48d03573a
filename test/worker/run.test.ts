import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import type { Event } from "../../src/wire/adk.ts";
import { rest, sessionsPath } from "./rest.ts";
import { setAgent } from "./upstreams.ts";
import { dataOf, post, session, textsOf } from "./run.ts";
import { connect } from "./client.ts";
import { until } from "./emulated.ts";

describe("[RUN1] a run is a turn of the live session, answered as ADK's events", () => {
  it("returns the whole transcript as text, without audio, and ends with the turn", async () => {
    const { ports, run, body, user, id } = await session();
    ports.brain.replies.push([{ say: "It is noon." }]);
    const events = await run(body("What time is it?"));
    expect(textsOf(events)).toEqual(["It is noon."]);
    expect(events.at(-1)).toMatchObject({ author: "assistant", turnComplete: true });
    expect(JSON.stringify(events)).not.toContain("inlineData");
    expect(JSON.stringify(events)).not.toContain("null");
    expect(events.find(({ content }) => content)).toMatchObject({
      id: expect.any(String),
      author: "assistant",
      content: { role: "model" },
      actions: { stateDelta: {} },
    });
    const { body: kept } = await rest("GET", `${sessionsPath(user)}/${id}`);
    expect(textsOf(kept.events)).toEqual(["What time is it?"]);
  });

  it("the same in snake_case", async () => {
    const { ports, runSse, user, id } = await session();
    ports.brain.replies.push([{ say: "Hi." }]);
    const events = await runSse({
      app_name: "assistant",
      user_id: user,
      session_id: id,
      new_message: { parts: [{ text: "Hello" }] },
    });
    expect(textsOf(events)).toEqual(["Hi."]);
  });

  it("with `streaming` its deltas come first and add up to the whole", async () => {
    const { ports, runSse, body } = await session();
    ports.brain.replies.push([{ say: "One two three four five six seven." }]);
    const events = await runSse(body("Count.", { streaming: true }));
    const texts = events.filter(({ content }) => content);
    const whole = texts.pop();
    expect(whole?.partial).toBe(undefined);
    expect(texts.every(({ partial }) => partial)).toBe(true);
    expect(textsOf(texts).join("")).toBe(textsOf([whole!])[0]);
  });
});

describe("[RUN24] with extended thinking a run ends with the answer, not with the filler", () => {
  const thinker = agent({
    name: "assistant",
    model: "gemini-3.8-live-extended-thinking",
    runConfig: { thinking: { level: "LOW" } },
    tools: [tool({ name: "look", description: "Looks.", run: () => "seven" })],
  });

  it.each(["run", "runSse"] as const)("%s", async (kind) => {
    const talk = await session();
    setAgent(talk.object, thinker);
    talk.ports.brain.replies.push(
      [{ call: [{ name: "look", args: {} }] }],
      [{ say: "It is seven." }],
    );
    const ann = await connect(talk.live);
    const saved = await connect(`${talk.live}&save_live_blob=true`);
    const events = await talk[kind](talk.body("How many?"));
    expect(textsOf(events)).toEqual(["Let me think about that for a moment.", "It is seven."]);
    const ends = (all: readonly Event[]) =>
      all.filter((event) => event.turnComplete).map((event) => event.interactionStatus);
    expect(ends(events)).toEqual(["IN_PROGRESS", "IDLE"]);
    expect(ends(ann.events)).toEqual(["IN_PROGRESS", "IDLE"]);
    await saved.next(({ content }) => content?.parts?.[0]?.fileData !== undefined);
    const files = saved.events.flatMap(({ content }) => content?.parts?.[0]?.fileData ?? []);
    expect(files).toHaveLength(1);
    const { body: kept } = await rest("GET", `${sessionsPath(talk.user)}/${talk.id}`);
    expect(ends(kept.events)).toEqual(["IN_PROGRESS", "IDLE"]);
  });
});

describe("[RUN1] a client of /run_live receives the deltas there", () => {
  it("so a run of the same conversation returns the whole, and nothing is shown twice", async () => {
    const { ports, runSse, body, live } = await session();
    ports.brain.replies.push([{ say: "One two three four five." }]);
    const ann = await connect(live);
    const events = await runSse(body("Count.", { streaming: true }));
    expect(events.filter(({ partial }) => partial)).toEqual([]);
    const whole = events.find(({ content }) => content);
    const final = ann.events.find((event) => event.outputTranscription?.finished);
    expect(final?.id).toBe(whole?.id);
    expect(ann.events.some((event) => event.partial)).toBe(true);
  });
});

describe("[RUN2] an invalid run is refused before it begins, as ADK does", () => {
  it.each([
    [{ userId: "rae", sessionId: "none" }, 404, "Session not found: none"],
    [{ appName: "nobody", userId: "rae", sessionId: "x" }, 404, "App not found: nobody"],
    [{ userId: "r a", sessionId: "x" }, 400, expect.any(String)],
    [{ sessionId: "x" }, 422, [expect.objectContaining({ loc: ["body", "userId"] })]],
    [
      { userId: "rae", sessionId: "x", customMetadata: { a: "x".repeat(16 * 1024) } },
      422,
      [expect.objectContaining({ loc: ["body", "customMetadata"] })],
    ],
  ])("%.60j → %i", async (body, status, detail) => {
    for (const path of ["/run", "/run_sse"]) {
      const response = await post(path, { newMessage: { parts: [{ text: "a" }] }, ...body });
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ detail });
    }
  });

  it("refuses a foreign page in plain text, before it reads the body", async () => {
    const response = await post("/run_sse", {}, { origin: "https://evil.example" });
    expect(response.status).toBe(403);
    const { body } = await session();
    const foreign = await post("/run", body("a"), { origin: "https://evil.example" });
    expect([foreign.status, await foreign.text()]).toEqual([403, "Forbidden: origin not allowed"]);
  });
});

describe("[RUN3] a fault of a message is an event of the run", () => {
  it.each([
    [[{ text: " " }], "no parts that say anything"],
    [[{ inlineData: { mimeType: "image/png", data: "AAAA" } }], "only pictures"],
    [[{ inlineData: { mimeType: "video/mp4", data: "AAAA" } }], "video/mp4"],
    [[{ fileData: { fileUri: "gs://x" } }], "fileData"],
    [[{ functionCall: { name: "f" } }], "function calls"],
    [[{ functionResponse: { id: "c1", name: "f", response: {} } }], "No long-running call"],
  ])("%j", async (parts, text) => {
    const { body } = await session();
    const stream = await (await post("/run_sse", body("", { newMessage: { parts } }))).text();
    const [event, ...more] = dataOf(stream);
    expect(event?.errorMessage).toContain(text);
    expect(more).toEqual([]);
  });
});

describe("[RUN4] a state delta is applied with the message", () => {
  it("and without a message too", async () => {
    const { ports, run, body, user, id } = await session();
    ports.brain.replies.push([{ say: "Yes." }]);
    await run(body("Nice?", { stateDelta: { theme: "dark" } }));
    const alone = await run({ ...body(""), newMessage: undefined, stateDelta: { n: 1 } });
    expect(alone).toEqual([]);
    const { body: kept } = await rest("GET", `${sessionsPath(user)}/${id}`);
    expect(kept.state).toEqual({ theme: "dark", n: 1 });
  });
});

describe("[RUN5] runs of one session queue", () => {
  it("each receives its own answer, in the order of arrival", async () => {
    const { ports, pass, body } = await session();
    ports.brain.replies.push([{ say: "First." }], [{ say: "Second." }], [{ say: "Third." }]);
    const all = await until(
      Promise.all(
        ["a", "b", "c"].map(async (text) => {
          const response = await post("/run", body(text));
          return textsOf(await response.json());
        }),
      ),
      pass,
    );
    expect(all).toEqual([["First."], ["Second."], ["Third."]]);
  });
});
