import { describe, expect, it } from "vitest";
import { directoryOf } from "../../src/directory.ts";
import { otherName, type Homes } from "../../src/homes.ts";
import { conversation } from "./client.ts";
import { emulated } from "./emulated.ts";
import { kept, stateOf, told } from "./faulty.ts";
import { talking } from "./native-talk.ts";
import { rest, sessions } from "./rest.ts";
import { answerWith, Models } from "./upstreams.ts";

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
    expect(await stateOf(object)).toEqual({ colour: "blue" });
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
    const env = { DIRECTORY, JURISDICTION: "eu" };
    expect(directoryOf(env, "assistant", "ann")).toBe('["assistant","ann"] in eu');
    expect(directoryOf({ DIRECTORY }, "assistant", "ann")).toContain("the world");
  });
});
