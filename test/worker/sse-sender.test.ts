import { describe, expect, it } from "vitest";
import { conversation } from "./budget-conversation.ts";
import { SseClient, text } from "./sse.ts";
import { ask } from "./tokens.ts";

const budget = { usd: 0.01 };

/** A conversation, its event stream by a token with these claims, and a message by another one of the same `sub`. */
async function sent(stream: object, message: object) {
  const { user, session, models, token } = conversation({});
  const { body } = await ask(`/events/${user}/${session}`, {
    token: await token({ sub: "ann", ...stream }),
  });
  if (!body) throw new Error("no stream");
  const response = await ask(`/send/${user}/${session}`, {
    method: "POST",
    token: await token({ sub: "ann", ...message }),
    body: text("Hi."),
  });
  const answer = await response.json<Record<string, unknown>>();
  return { stream: new SseClient(body), answer, models };
}

describe("[SSE9] a message by HTTP must be permitted by the token of its event stream, too", () => {
  it.each(["listener", "observer"])("the stream of a %s sends nothing", async (role) => {
    const { answer, models } = await sent({ role }, { role: "speaker", budget });
    expect(answer).toMatchObject({
      code: "NOT_ALLOWED",
      error: expect.stringMatching(`${role}. Open /events again, with a token that may speak`),
    });
    expect(models.all).toEqual([]);
  });

  it("a message of a token that may not speak is refused, as before", async () => {
    const { answer } = await sent({}, { role: "listener" });
    expect(answer).toMatchObject({
      code: "NOT_ALLOWED",
      error: expect.stringContaining("typing needs a speaker"),
    });
  });

  it.each([
    ["none", {}],
    ["another one", { budget: { usd: 1 } }],
  ])("a budget is not spent where the stream has %s", async (_, stream) => {
    const { answer } = await sent(stream, { budget });
    expect(answer).toMatchObject({
      code: "NOT_ALLOWED",
      error: expect.stringContaining("the budget of its token is not that of the event stream"),
    });
  });

  it("of several streams of the sender, the newest that permits it counts", async () => {
    const { user, session, token } = conversation({});
    const path = `/events/${user}/${session}`;
    const follow = async (claims: object) => {
      const { body } = await ask(path, { token: await token({ sub: "ann", ...claims }) });
      if (!body) throw new Error("no stream");
      return new SseClient(body);
    };
    const [speaker] = [await follow({}), await follow({ role: "listener" })];
    const response = await ask(`/send/${user}/${session}`, {
      method: "POST",
      token: await token({ sub: "ann", role: "speaker" }),
      body: text("Hi."),
    });
    expect(await response.json()).toEqual({ status: "sent" });
    await speaker.next(({ data }) => JSON.stringify(data).includes("Hi."));
  });

  it.each([
    ["the same budget", { jti: "both", budget }, { jti: "both", budget }],
    ["none of its own", { budget }, {}],
  ])("a message with %s is sent, at the stream's expense", async (_, stream, message) => {
    const { answer, stream: followed } = await sent(stream, message);
    expect(answer).toEqual({ status: "sent" });
    await followed.next(({ data }) => JSON.stringify(data).includes("Hi."));
  });
});
