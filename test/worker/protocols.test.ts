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

/** A conversation that exists, its model up, and a guest by each door that is named. */
async function meeting(...names: string[]) {
  const { object, models } = newConversation();
  const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
  const place: SessionAddress = { app, user, session };
  await rest("POST", sessionsPath(user, app), { sessionId: session });
  const guests: ProtocolClient[] = [];
  for (const name of names) guests.push(await door(name).connect(place));
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  return { object, place, models, model, guests };
}

const door = (name: string) => protocols.find((each) => each.name === name)!;
const names = protocols.map(({ name }) => name);

/** Frames arrive by themselves; nobody's clock is waited for. */
async function until(
  guest: ProtocolClient,
  condition: (understood: ClientView) => boolean,
): Promise<void> {
  while (!condition(guest.view())) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe.each(names)("with the protocol %s", (name) => {
  it("[DOOR2] input is answered, and clients of all protocols receive the same turn", async () => {
    const { model, guests } = await meeting(name, ...names);
    await guests[0]?.sendText("What time is it?");
    await model.until(({ received }) => received.length > 1);
    expect(JSON.stringify(model.received[1])).toContain("What time is it?");
    await model.send(
      transcriptMessage("It is "),
      audioMessage(480),
      transcriptMessage("noon."),
      turnCompleteMessage,
    );
    for (const guest of guests) {
      await until(guest, ({ turns }) => turns === 1);
      expect(guest.view()).toEqual({
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
    const { model, guests } = await meeting(name, "ADK bidi-demo");
    const [guest, other] = guests as [ProtocolClient, ProtocolClient];
    await guest.sendInvalid();
    await until(guest, ({ problems }) => problems.length > 0);
    if (door(name).strict) {
      await model.send(transcriptMessage("Yes."), turnCompleteMessage);
      await until(other, ({ turns }) => turns === 1);
      expect([guest.closed(), other.view().problems]).toEqual([true, []]);
      return;
    }
    await guest.sendText("Still there?");
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Yes."), turnCompleteMessage);
    await until(guest, ({ turns }) => turns === 1);
    await until(other, ({ turns }) => turns === 1);
    expect(guest.closed()).toBe(false);
    expect(other.view().problems).toEqual([]);
  });

  it("[DOOR4] an interruption arrives at once, and the answer after it", async () => {
    const { model, guests } = await meeting(name);
    const [guest] = guests as [ProtocolClient];
    await model.send(transcriptMessage("Once upon a time"), audioMessage(2_400));
    await model.send(
      { serverContent: { interrupted: true } },
      turnCompleteMessage,
      transcriptMessage("Yes?"),
      turnCompleteMessage,
    );
    await until(guest, ({ turns }) => turns === 2);
    expect(guest.view()).toMatchObject({
      interruptions: 1,
      text: "Once upon a timeYes?",
    });
  });

  it("[DOOR5] a client may leave without disturbing the others, and rejoins the same conversation", async () => {
    const { place, model, models, guests } = await meeting(name, "ADK bidi-demo");
    const [guest, other] = guests as [ProtocolClient, ProtocolClient];
    await guest.disconnect();
    await model.send(transcriptMessage("Bye."), turnCompleteMessage);
    await until(other, ({ turns }) => turns === 1);
    const again = await door(name).connect(place);
    await again.sendText("It is me.");
    await model.until(({ received }) => JSON.stringify(received).includes("It is me."));
    expect(models.all).toHaveLength(1);
  });

  it("[DOOR6] a listener's input does not reach the model, and the listener receives the reason", async () => {
    const { place, model } = await meeting("ADK bidi-demo");
    const guest = await door(name).connect(place, "&role=listener");
    await guest.sendText("Let me speak.");
    await until(guest, ({ problems }) => problems.length === 1);
    await model.send(transcriptMessage("Hm."), turnCompleteMessage);
    await until(guest, ({ turns }) => turns === 1);
    expect(guest.view()).toMatchObject({ text: "Hm.", sound: false });
    expect(JSON.stringify(model.received)).not.toContain("Let me speak.");
  });

  it("[DOOR7] deleting a conversation closes all of its clients", async () => {
    const { object, guests } = await meeting(name);
    await env.CONVERSATION.getByName(object).delete();
    while (!guests[0]?.closed()) await new Promise((resolve) => setTimeout(resolve, 1));
  });
});
