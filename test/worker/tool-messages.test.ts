/** A tool's messages to the people. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool, watchingTool } from "../../src/agent/tool.ts";
import type { Event } from "../../src/wire/adk.ts";
import { connect } from "./client.ts";
import { connectedLive, type Message } from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import { rest, sessionsPath } from "./rest.ts";
import { connectSse } from "./sse.ts";

/** Both tools tell the people while they run; the stream also tells the model. */
const reader = agent({
  name: "reader",
  model: "gemini-3.8-live",
  tools: [
    watchingTool({
      name: "watch_pages",
      description: "Reports each page.",
      watches: ["image"],
      run: async function* (_, { input, tellPeople }) {
        tellPeople("Page 1 of 2.");
        yield { page: 1 };
        await input[Symbol.asyncIterator]().next();
        tellPeople("Page 2 of 2.", { mimeType: "image/png", bytes: Uint8Array.of(251, 255) });
      },
    }),
    tool({
      name: "read",
      description: "Reads.",
      run: (_, { tellPeople }) => {
        tellPeople("I read.");
        return "done";
      },
    }),
  ],
});

const call = (name: string, id: string) => ({ toolCall: { functionCalls: [{ id, name }] } });
const isMessage = (event: Partial<Event>): boolean => event.branch !== undefined;

/** A conversation with a client of each protocol. */
async function everyProtocol() {
  const live = await connectedLive(reader);
  const { object, user, session, upstream } = live;
  const { client: page } = await connectNative(pathOf(object));
  await page.hello();
  const demo = await connect(pathOf(object));
  const [, path = ""] = /^\/ws(.*)$/.exec(pathOf(object)) ?? [];
  const sse = await connectSse(`/events${path}`);
  const adk = await connect(`/run_live?app_name=assistant&user_id=${user}&session_id=${session}`);
  return { ...live, page, demo, sse, adk, upstream };
}

describe("[CALL15] a tool's message reaches the people and no model", () => {
  it("in the form of each protocol; the log has it", async () => {
    const { client, page, demo, sse, adk, upstream, user, session } = await everyProtocol();
    await upstream.send(call("read", "c1"));
    const content = { role: "user", parts: [{ text: "I read." }] };
    const expected = { author: "reader", branch: "read@c1", content };
    expect(await demo.next(isMessage)).toMatchObject(expected);
    expect(await adk.next(isMessage)).toMatchObject(expected);
    expect((await page.event(isMessage)).event).toMatchObject(expected);
    const { data } = await sse.next((message) => isMessage(message.data));
    expect(data).toMatchObject(expected);
    expect(sse.messages).toContainEqual(
      expect.objectContaining({ data: { mime_type: "text/plain", data: "I read." } }),
    );
    expect(await client.next((message: Message) => message["serverContent"]?.modelTurn)).toEqual({
      serverContent: { modelTurn: { parts: [{ text: "I read." }] } },
    });
    const { body } = await rest("GET", `${sessionsPath(user)}/${session}`);
    expect((body["events"] as Event[]).filter(isMessage)).toMatchObject([expected]);
  });

  it("between two turns it is a turn of its own to a Live API client, without files", async () => {
    const { client, page, upstream } = await everyProtocol();
    await upstream.send(call("watch_pages", "c2"), { serverContent: { turnComplete: true } });
    await page.event((event) => event.turnComplete === true);
    page.send({ type: "image", data: "/9j/4AAQ", mimeType: "image/jpeg" });
    const last = await page.event((event) => event.content?.parts?.length === 2);
    expect(last.event.content?.parts).toEqual([
      { text: "Page 2 of 2." },
      { inlineData: { mimeType: "image/png", data: "-_8=" } },
    ]);
    const isPage2 = ({ serverContent }: Message): boolean =>
      serverContent?.modelTurn?.parts[0].text === "Page 2 of 2.";
    expect(await client.next(isPage2)).toEqual({
      serverContent: { modelTurn: { parts: [{ text: "Page 2 of 2." }] }, turnComplete: true },
    });
  });

  it("neither this session nor the history of the next has it", async () => {
    const { upstream, models, page } = await everyProtocol();
    await upstream.send(
      { serverContent: { inputTranscription: { text: "Read it.", finished: true } } },
      call("read", "c3"),
      { serverContent: { outputTranscription: { text: "It is read." } } },
      { serverContent: { turnComplete: true } },
    );
    await page.event((event) => event.turnComplete === true);
    await upstream.close(1011, "Internal error encountered.");
    const next = await models.connection(1);
    await next.until(({ received }) => received.length > 0);
    await next.send({ setupComplete: {} });
    await next.until(({ received }) => received.length > 1);
    expect(JSON.stringify(next.received[1])).toContain("It is read.");
    expect(JSON.stringify([upstream.received, next.received])).not.toContain("I read.");
  });
});
