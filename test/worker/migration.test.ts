import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { Conversation } from "../../src/conversation/conversation.ts";
import type { Estate } from "../../src/conversation/migration.ts";
import { directoryOf } from "../../src/directory.ts";
import { otherName, type Homes } from "../../src/placement.ts";
import { scripted } from "../support/scripted.ts";
import { conversation } from "./client.ts";
import { emulated } from "./emulated.ts";
import { kept, sessionStatus, stateOf, told } from "./faulty.ts";
import { talking } from "./native-talk.ts";
import { rest, sessions } from "./rest.ts";
import { answerWith, clockedBy, Models, takesInAfter } from "./upstreams.ts";

/** A conversation whose next home takes nothing in until it is told to. */
async function leaving() {
  const talk = conversation();
  const { clock } = scripted();
  clockedBy(talk.object, clock);
  const elsewhere = otherName(talk.object) ?? "";
  answerWith(elsewhere, new Models().answer);
  const parts: Estate[] = [];
  const opened = { yes: false };
  takesInAfter(elsewhere, async (part) => {
    parts.push(part);
    while (!opened.yes) await scheduler.wait(1);
  });
  const ann = await talk.join();
  const model = await talk.models.dialled(0);
  await model.until(({ heard }) => heard.length > 0);
  await model.say({ setupComplete: {} });
  const [app = "", user = "", session = ""] = JSON.parse(talk.object) as string[];
  const files = `${sessions(user, app)}/${session}/artifacts`;
  return { ...talk, ann, model, clock, files, parts, open: () => void (opened.yes = true) };
}

const location = "User location is not supported for the API use.";

describe("[HOME3] a conversation moves once", () => {
  it("1012, the same address finds it with its log, state and files, and it goes on", async () => {
    const { object, join, models } = conversation();
    const elsewhere = otherName(object) ?? "";
    const there = new Models();
    answerWith(elsewhere, there.answer);
    const ann = await join();
    const model = await models.dialled(0);
    await model.until(({ heard }) => heard.length > 0);
    await model.say({ setupComplete: {} });
    ann.say({ type: "state", delta: { colour: "blue" } });
    const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
    const files = `${sessions(user, app)}/${session}/artifacts`;
    await rest("POST", files, { filename: "note", artifact: { text: "blue" } });
    ann.say({ type: "text", text: "One?" });
    await model.until(({ heard }) => heard.length > 1);
    await model.close(1007, location);
    expect(await ann.untilClosed()).toMatchObject({ code: 1012 });
    expect(told(ann.events)).not.toContain("LOCATION_REFUSED");
    expect(await kept(object)).toContain("typed: One?");
    expect(await stateOf(object)).toMatchObject({ colour: "blue" });
    expect((await rest("GET", `${files}/note`)).body).toEqual({ text: "blue" });

    const again = await join();
    const next = await there.dialled(0);
    await next.until(({ heard }) => heard.length > 0);
    await next.say({ setupComplete: {} });
    await next.until(({ heard }) => JSON.stringify(heard).includes("One?"));
    await next.say({ serverContent: { outputTranscription: { text: "One." } } });
    await next.say({ serverContent: { turnComplete: true } });
    await again.next((event) => event.turnComplete === true);
    expect(await kept(object)).toEqual(["typed: One?", "said: One.", "complete"]);
  });

  it("with what happens on its way: words, state, files, and what is removed", async () => {
    const { object, ann, model, files, open, parts } = await leaving();
    await rest("POST", files, { filename: "old", artifact: { text: "red" } });
    ann.say({ type: "state", delta: { colour: "blue", gone: 1 } });
    await ann.next(({ actions }) => actions?.stateDelta?.["gone"] === 1);
    await model.close(1007, location);
    while (parts.length < 1) await scheduler.wait(1);
    ann.say({ type: "state", delta: { colour: "green", gone: null, "user:name": "Ann" } });
    await ann.next(({ actions }) => actions?.stateDelta?.["colour"] === "green");
    await rest("POST", files, { filename: "note", artifact: { text: "late" } });
    await rest("DELETE", `${files}/old`);
    open();
    expect(await ann.untilClosed()).toMatchObject({ code: 1012 });
    const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
    const { body } = await rest("GET", `${sessions(user, app)}/${session}`);
    expect(body.state).toMatchObject({ colour: "green", "user:name": "Ann" });
    expect(body.state).not.toHaveProperty("gone");
    expect(body.events.map(({ actions }) => actions.stateDelta)).toEqual([
      { colour: "blue", gone: 1 },
      { colour: "green", gone: null, "user:name": "Ann" },
    ]);
    expect((await rest("GET", files)).body).toEqual(["note"]);
  });

  it("and not at all when it is deleted on its way", async () => {
    const { object, ann, model, open, parts } = await leaving();
    const deletions = vi.spyOn(Conversation.prototype, "delete");
    await model.close(1007, location);
    while (parts.length < 1) await scheduler.wait(1);
    await env.CONVERSATION.getByName(object).delete();
    await ann.untilClosed();
    open();
    while (deletions.mock.results.length < 2) await scheduler.wait(1);
    deletions.mockRestore();
    const there = env.CONVERSATION.getByName(otherName(object) ?? "");
    expect(await there.describe()).toBeUndefined();
    expect(await sessionStatus(object)).toBe(404);
  });

  it("nor with its past when it is begun anew", async () => {
    const { object, ann, model, open, parts, join } = await leaving();
    ann.say({ type: "state", delta: { colour: "blue" } });
    await ann.next(({ actions }) => actions?.stateDelta?.["colour"] === "blue");
    await model.close(1007, location);
    while (parts.length < 1) await scheduler.wait(1);
    await env.CONVERSATION.getByName(object).delete();
    const again = await join();
    again.say({ type: "state", delta: { size: 1 } });
    await again.next(({ actions }) => actions?.stateDelta?.["size"] === 1);
    open();
    expect(await again.untilClosed()).toMatchObject({ code: 1012 });
    expect(await stateOf(object)).toMatchObject({ size: 1 });
    expect(await stateOf(object)).not.toHaveProperty("colour");
  });

  it("another refusal meanwhile does not begin it again", async () => {
    const { object, ann, model, models, clock, open, parts } = await leaving();
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(ms));
    await model.close(1007, location);
    while (parts.length < 1) await scheduler.wait(1);
    await pass(60_000);
    ann.say({ type: "text", text: "Anyone?" });
    const second = await models.dialled(1);
    await second.close(1007, location);
    await pass(60_000);
    open();
    await ann.untilClosed();
    expect(parts.map(({ first }) => first)).toEqual(parts.map((_, at) => at === 0));
    expect(told(ann.events)).not.toContain("LOCATION_REFUSED");
    expect(await kept(object)).toContain("typed: Anyone?");
  });

  it("its native clients are told to come again, which one who was refused is not", async () => {
    const { object, model, ann } = await talking();
    answerWith(otherName(object) ?? "", new Models().answer);
    await model.close(1007, location);
    expect(await ann.next("goAway")).toMatchObject({ code: 1012, again: true });
  });

  it("and says so when it is not served there either", async () => {
    const { object, join } = conversation();
    const refusing = { faults: [{ when: {}, what: { close: { code: 1007, reason: location } } }] };
    emulated(object, refusing);
    emulated(otherName(object) ?? "", refusing);
    const ann = await join();
    await ann.untilClosed();
    const again = await join();
    const refused = await again.next((event) => event.errorCode !== undefined);
    expect(refused.errorCode).toBe("LOCATION_REFUSED");
    expect(again.closed).toBeUndefined();
  });
});

describe("[HOME1] objects, the directory's too, stay in JURISDICTION", () => {
  it("a directory is asked for within it", () => {
    const homes = (where: string): Homes<string> => ({
      getByName: (name) => `${name} in ${where}`,
      jurisdiction: homes,
    });
    const DIRECTORY = homes("the world") as unknown as Env["DIRECTORY"];
    const within = { DIRECTORY, JURISDICTION: "eu" };
    expect(directoryOf(within, "assistant", "ann")).toBe('["assistant","ann"] in eu');
    expect(directoryOf({ DIRECTORY }, "assistant", "ann")).toContain("the world");
  });
});
