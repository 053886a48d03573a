/** What is used up of limits outlasts the object's memory. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { conversation } from "./budget-conversation.ts";
import { rest, runAlarm, sessionsPath } from "./rest.ts";
import { setClock, setLimits } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";
import { VirtualClock } from "../support/scripted.ts";

afterEach(() => void vi.restoreAllMocks());

describe("[LIMIT44] what is used up of a limit stays used up when the object leaves the memory", () => {
  const claims = { sub: "ann" };
  const stored = (object: string): Promise<unknown> =>
    runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
      storage.kv.get("allowances"),
    );

  /** A conversation in which ann has typed all that she may, and has left. */
  async function usedUp() {
    const all = conversation({});
    const { object, join, connectModel } = all;
    const clock = new VirtualClock();
    setClock(object, clock);
    setLimits(object, { typedTurns: 2, dials: 1 });
    const ann = await join(claims);
    const model = await connectModel();
    for (const text of ["One.", "Two.", "Three."]) ann.send({ type: "text", text });
    expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    ann.close();
    await ann.untilClosed();
    await eventually(async () => {
      await runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(100));
      expect(model.closed).toBeDefined();
    });
    return all;
  }

  it("typed messages", async () => {
    const { object, join, models } = await usedUp();
    await evictDurableObject(env.CONVERSATION.getByName(object));
    const [ann, bob] = [await join(claims), await join()];
    ann.send({ type: "text", text: "Four." });
    expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
    bob.send({ type: "text", text: "Five." });
    const model = await models.connection(1);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    await model.until(({ received }) => JSON.stringify(received).includes("Five."));
    expect(JSON.stringify(model.received)).not.toContain("Four.");
  });

  it("and is forgotten when all is full again, or the conversation is deleted", async () => {
    const { object } = await usedUp();
    const typedTurns = [[expect.any(String), expect.any(Number)]];
    const dials = [["", expect.any(Number)]];
    expect(await stored(object)).toMatchObject({ typedTurns, dials });
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 120_000);
    await runAlarm(object);
    expect(await stored(object)).toBeUndefined();
    const other = await usedUp();
    await rest("DELETE", `${sessionsPath(other.user)}/${other.session}`);
    expect(await stored(other.object)).toBeUndefined();
  });
});
