import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { conversation } from "./client.ts";
import { doors, type Guest, type Place, type Understood } from "./protocols.ts";
import { over, says, voice } from "./native-talk.ts";
import { rest, sessions } from "./rest.ts";

/** A conversation that exists, its model up, and a guest by each door that is named. */
async function meeting(...names: string[]) {
  const { object, models } = conversation();
  const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
  const place: Place = { app, user, session };
  await rest("POST", sessions(user, app), { sessionId: session });
  const guests: Guest[] = [];
  for (const name of names) guests.push(await door(name).enter(place));
  const model = await models.dialled(0);
  await model.until(({ heard }) => heard.length > 0);
  await model.say({ setupComplete: {} });
  return { object, place, models, model, guests };
}

const door = (name: string) => doors.find((each) => each.name === name)!;
const names = doors.map(({ name }) => name);

/** Frames arrive by themselves; nobody's clock is waited for. */
async function until(guest: Guest, condition: (understood: Understood) => boolean): Promise<void> {
  while (!condition(guest.understood())) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe.each(names)("by the door %s", (name) => {
  it("[DOOR2] whoever speaks is answered, and all hear the same turn, by whichever door they came", async () => {
    const { model, guests } = await meeting(name, ...names);
    await guests[0]?.type("What time is it?");
    await model.until(({ heard }) => heard.length > 1);
    expect(JSON.stringify(model.heard[1])).toContain("What time is it?");
    await model.say(says("It is "), voice(480), says("noon."), over);
    for (const guest of guests) {
      await until(guest, ({ turns }) => turns === 1);
      expect(guest.understood()).toEqual({
        words: "It is noon.",
        turns: 1,
        interruptions: 0,
        sound: true,
        problems: [],
      });
    }
    expect(model.heard).toHaveLength(2);
  });

  it("[DOOR3] what is sent wrongly is told to its sender alone, and ends nothing", async () => {
    const { model, guests } = await meeting(name, "ADK bidi-demo");
    const [guest, other] = guests as [Guest, Guest];
    await guest.err();
    await until(guest, ({ problems }) => problems.length > 0);
    if (door(name).strict) {
      await model.say(says("Yes."), over);
      await until(other, ({ turns }) => turns === 1);
      expect([guest.closed(), other.understood().problems]).toEqual([true, []]);
      return;
    }
    await guest.type("Still there?");
    await model.until(({ heard }) => heard.length > 1);
    await model.say(says("Yes."), over);
    await until(guest, ({ turns }) => turns === 1);
    await until(other, ({ turns }) => turns === 1);
    expect(guest.closed()).toBe(false);
    expect(other.understood().problems).toEqual([]);
  });

  it("[DOOR4] an interruption is heard at once, and the answer after it", async () => {
    const { model, guests } = await meeting(name);
    const [guest] = guests as [Guest];
    await model.say(says("Once upon a time"), voice(2_400));
    await model.say({ serverContent: { interrupted: true } }, over, says("Yes?"), over);
    await until(guest, ({ turns }) => turns === 2);
    expect(guest.understood()).toMatchObject({
      interruptions: 1,
      words: "Once upon a timeYes?",
    });
  });

  it("[DOOR5] who leaves disturbs nobody; who comes again is in the same conversation", async () => {
    const { place, model, models, guests } = await meeting(name, "ADK bidi-demo");
    const [guest, other] = guests as [Guest, Guest];
    await guest.leave();
    await model.say(says("Bye."), over);
    await until(other, ({ turns }) => turns === 1);
    const again = await door(name).enter(place);
    await again.type("It is me.");
    await model.until(({ heard }) => JSON.stringify(heard).includes("It is me."));
    expect(models.all).toHaveLength(1);
  });

  it("[DOOR6] who may only listen is not heard by the model, and is told why", async () => {
    const { place, model } = await meeting("ADK bidi-demo");
    const guest = await door(name).enter(place, "&role=listener");
    await guest.type("Let me speak.");
    await until(guest, ({ problems }) => problems.length === 1);
    await model.say(says("Hm."), over);
    await until(guest, ({ turns }) => turns === 1);
    expect(guest.understood()).toMatchObject({ words: "Hm.", sound: false });
    expect(JSON.stringify(model.heard)).not.toContain("Let me speak.");
  });

  it("[DOOR7] a conversation that is deleted is over for all who are in it", async () => {
    const { object, guests } = await meeting(name);
    await env.CONVERSATION.getByName(object).delete();
    while (!guests[0]?.closed()) await new Promise((resolve) => setTimeout(resolve, 1));
  });
});
