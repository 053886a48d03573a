import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newConversation } from "./client.ts";
import {
  protocols,
  type ProtocolClient,
  type SessionAddress,
  type ClientView,
} from "./protocols.ts";
import { turnCompleteMessage, transcriptMessage, audioMessage } from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";

/** A conversation whose session is ready, with a client of each named protocol. */
async function conversationWith(...names: string[]) {
  const { object, models } = newConversation();
  const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
  const address: SessionAddress = { app, user, session };
  await rest("POST", sessionsPath(user, app), { sessionId: session });
  const clients: ProtocolClient[] = [];
  for (const name of names) clients.push(await protocolNamed(name).connect(address));
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  return { object, address, models, model, clients };
}

const protocolNamed = (name: string) => protocols.find((each) => each.name === name)!;
const names = protocols.map(({ name }) => name);

/** Polls until a client's view satisfies a condition. */
async function until(
  client: ProtocolClient,
  condition: (view: ClientView) => boolean,
): Promise<void> {
  while (!condition(client.view())) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe.each(names)("with the protocol %s", (name) => {
  it("[DOOR2] input is answered, and clients of all protocols receive the same turn", async () => {
    const { model, clients } = await conversationWith(name, ...names);
    await clients[0]?.sendText("What time is it?");
    await model.until(({ received }) => received.length > 1);
    expect(JSON.stringify(model.received[1])).toContain("What time is it?");
    await model.send(
      transcriptMessage("It is "),
      audioMessage(480),
      transcriptMessage("noon."),
      turnCompleteMessage,
    );
    for (const client of clients) {
      await until(client, ({ turns }) => turns === 1);
      expect(client.view()).toEqual({
        text: "It is noon.",
        turns: 1,
        interruptions: 0,
        sound: true,
        problems: [],
      });
    }
    expect(model.received).toHaveLength(2);
  });

  it("[DOOR3] invalid input is reported to its sender alone and ends nothing", async () => {
    const { model, clients } = await conversationWith(name, "ADK bidi-demo");
    const [client, other] = clients as [ProtocolClient, ProtocolClient];
    await client.sendInvalid();
    await until(client, ({ problems }) => problems.length > 0);
    if (protocolNamed(name).strict) {
      await model.send(transcriptMessage("Yes."), turnCompleteMessage);
      await until(other, ({ turns }) => turns === 1);
      expect([client.closed(), other.view().problems]).toEqual([true, []]);
      return;
    }
    await client.sendText("Still there?");
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Yes."), turnCompleteMessage);
    await until(client, ({ turns }) => turns === 1);
    await until(other, ({ turns }) => turns === 1);
    expect(client.closed()).toBe(false);
    expect(other.view().problems).toEqual([]);
  });

  it("[DOOR4] an interruption arrives at once, and the answer after it", async () => {
    const { model, clients } = await conversationWith(name);
    const [client] = clients as [ProtocolClient];
    await model.send(transcriptMessage("Once upon a time"), audioMessage(2_400));
    await model.send(
      { serverContent: { interrupted: true } },
      turnCompleteMessage,
      transcriptMessage("Yes?"),
      turnCompleteMessage,
    );
    await until(client, ({ turns }) => turns === 2);
    expect(client.view()).toMatchObject({
      interruptions: 1,
      text: "Once upon a timeYes?",
    });
  });

  it("[DOOR5] a client may leave without disturbing the others, and rejoins the same conversation", async () => {
    const { address, model, models, clients } = await conversationWith(name, "ADK bidi-demo");
    const [client, other] = clients as [ProtocolClient, ProtocolClient];
    await client.disconnect();
    await model.send(transcriptMessage("Bye."), turnCompleteMessage);
    await until(other, ({ turns }) => turns === 1);
    const again = await protocolNamed(name).connect(address);
    await again.sendText("It is me.");
    await model.until(({ received }) => JSON.stringify(received).includes("It is me."));
    expect(models.all).toHaveLength(1);
  });

  it("[DOOR6] a listener's input does not reach the model, and the listener receives the reason", async () => {
    const { address, model } = await conversationWith("ADK bidi-demo");
    const client = await protocolNamed(name).connect(address, "&role=listener");
    await client.sendText("Let me speak.");
    await until(client, ({ problems }) => problems.length === 1);
    await model.send(transcriptMessage("Hm."), turnCompleteMessage);
    await until(client, ({ turns }) => turns === 1);
    expect(client.view()).toMatchObject({ text: "Hm.", sound: false });
    expect(JSON.stringify(model.received)).not.toContain("Let me speak.");
  });

  it("[DOOR7] deleting a conversation closes all of its clients", async () => {
    const { object, clients } = await conversationWith(name);
    await env.CONVERSATION.getByName(object).delete();
    while (!clients[0]?.closed()) await new Promise((resolve) => setTimeout(resolve, 1));
  });
});
