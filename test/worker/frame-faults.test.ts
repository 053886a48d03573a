/** Exceptions that a frame may cause, in every protocol. The test makes the relay's own code throw. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { Engine } from "../../src/conversation/engine.ts";
import { Guardrail } from "../../src/conversation/guardrail.ts";
import { Requests } from "../../src/conversation/requests.ts";
import { connectedConversation, newConversation } from "./client.ts";
import { nativeConversation } from "./native-conversation.ts";
import { protocols } from "./protocols.ts";
import { rest, sessionsPath } from "./rest.ts";
import { post } from "./run.ts";
import { setAgent } from "./upstreams.ts";

afterEach(() => void vi.restoreAllMocks());

/** Fails as a recursion over a client's JSON would. */
const broken = () => {
  throw new RangeError(`Maximum call stack size exceeded: ${"secret ".repeat(1000)}`);
};

const operatorLog = () => vi.spyOn(console, "error").mockReturnValue();

const expectOneLine = ({ mock }: ReturnType<typeof operatorLog>): void => {
  // Conversations of other tests may end meanwhile, and say so.
  const lines = mock.calls
    .map((call) => call.join(" "))
    .filter((line) => !line.startsWith("parley: UPSTREAM_"));
  expect(lines).toEqual([
    expect.stringMatching(/^parley: a frame of \S+ could not be handled: RangeError$/),
  ]);
};

/** The conversation of a native client, and one more client of a protocol in it. */
async function besideNative(name: string) {
  const conversation = newConversation();
  const [app = "", user = "", session = ""] = JSON.parse(conversation.object) as string[];
  await rest("POST", sessionsPath(user, app), { sessionId: session });
  const [other, client] = [protocols[2], protocols.find((each) => each.name === name)];
  const healthy = await other!.connect({ app, user, session });
  const model = await conversation.models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  return { model, healthy, client: await client!.connect({ app, user, session }) };
}

describe("[WIRE8] An exception while the relay handles a frame must reach its sender as an error in words", () => {
  it.each(protocols.map(({ name }) => name).filter((name) => name !== "server-sent events"))(
    "%s: its sender is told, and the others go on",
    async (name) => {
      const { model, healthy, client } = await besideNative(name);
      const print = operatorLog();
      const handle = vi.spyOn(Requests.prototype, "handle").mockImplementationOnce(broken);
      await client.sendText("It breaks.");
      await vi.waitFor(() => expect(client.view().problems.join()).toContain("could not handle"));
      expect(handle).toHaveBeenCalled();
      expectOneLine(print);
      await healthy.sendText("And I?");
      await model.until(({ received }) => JSON.stringify(received).includes("And I?"));
      expect(healthy.view().problems).toEqual([]);
      expect(client.closed()).toBe(name === "Live API");
    },
  );

  it("after a hook's verdict, which comes later", async () => {
    const verdict = Promise.withResolvers<undefined>();
    const careful = agent({
      name: "careful",
      model: "gemini-3.8-live",
      hooks: { beforeModel: () => verdict.promise },
    });
    const { ann } = await connectedConversation(careful);
    const print = operatorLog();
    vi.spyOn(Guardrail.prototype, "checkTyped").mockImplementationOnce(async () => {
      await verdict.promise;
      return broken();
    });
    ann.send({ type: "text", text: "It breaks." });
    verdict.resolve(undefined);
    const { errorCode } = await ann.next((event) => event.errorCode !== undefined);
    expect(errorCode).toBe("INTERNAL");
    expectOneLine(print);
  });

  it("in a run, which ends with the error", async () => {
    const { object, models } = newConversation();
    const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
    setAgent(object, agent({ name: "assistant", model: "gemini-3.8-live" }));
    await rest("POST", sessionsPath(user, app), { sessionId: session });
    const print = operatorLog();
    vi.spyOn(Engine.prototype, "receiveInput").mockImplementationOnce(broken);
    const body = {
      appName: app,
      userId: user,
      sessionId: session,
      newMessage: { parts: [{ text: "It breaks." }] },
    };
    const response = await post("/run", body);
    expect(await response.json()).toMatchObject([{ errorCode: "INTERNAL" }]);
    expectOneLine(print);
    expect(models.all).toHaveLength(1);
  });
});

describe("[WIRE7] One parser must read the JSON of every protocol and route", () => {
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  it("parley.v1: state nested 1,500 deep is refused in words, 97 is taken", async () => {
    const { ann } = await nativeConversation();
    const print = operatorLog();
    ann.send(`{"type":"state","delta":{"a":${nested(1_500)}}}`);
    const { code, message } = await ann.next("error");
    expect(code).toBe("BAD_FRAME");
    expect(message).toContain("nested deeper than 100 levels");
    ann.send(`{"type":"state","delta":{"a":${nested(97)}}}`);
    const { event } = await ann.next("event", ({ event }) => "a" in event.actions.stateDelta);
    expect(JSON.stringify(event.actions.stateDelta["a"])).toBe(nested(97));
    expect(print).not.toHaveBeenCalled();
  });

  it.each([
    ["/run", `{"userId":"ann","sessionId":"x","a":${nested(1_500)}}`],
    ["/run_sse", `{"userId":"ann","sessionId":"x","a":${nested(1_500)}}`],
    [sessionsPath("ann"), `{"state":{"a":${nested(1_500)}}}`],
    ["/v1alpha/auth_tokens", `{"uses":${nested(1_500)}}`],
  ])("%s", async (path, body) => {
    const response = await rest("POST", path, body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(JSON.stringify(response.body)).toContain("100 levels");
  });
});
