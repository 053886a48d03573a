/** A client answers the calls that it received, each once. */
import { aborted } from "../../src/core/adk/event.ts";
import { LongRunningCalls } from "../../src/core/adk/long-running-calls.ts";
import { confirmationFunction } from "../../src/core/policy/approval.ts";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { agent, type Agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { EventLog } from "../../src/store/event-log.ts";
import { guarded, guardedRun, research, until } from "./guarded.ts";
import { connectedLive, setupComplete, model as liveModel, type Message } from "./live-client.ts";
import { turnCompleteMessage } from "./native-conversation.ts";
import { setLimits } from "./upstreams.ts";

describe("[CALL18] A client's answer must be that of an open call, and of each call once", () => {
  const report = (id: string, response: object) => [
    { functionResponse: { id, name: "research", response } },
  ];
  const reports = (received: readonly object[]): number =>
    JSON.stringify(received).split("research reports").length - 1;

  const researchFields = { name: "research", description: "", longRunning: true } as const;

  /** A session in which the call c1 was made. */
  async function called(by?: Agent) {
    const session = await guardedRun(by);
    const { model, live } = session;
    await model.send({ toolCall: { functionCalls: [{ id: "c1", name: "research", args: {} }] } });
    await live.next(({ content }) => content?.parts?.[0]?.functionResponse?.id === "c1");
    await model.send(turnCompleteMessage);
    return session;
  }

  for (const late of [false, true]) {
    it(`of /run and ADK's live protocol${late ? ", with a late verdict" : ""}`, async () => {
      const { model, live, ask } = await called(guarded(late));
      expect(await ask(report("c2", { a: 1 }))).toMatchObject([{ errorCode: "NOT_FOUND" }]);
      expect((await ask(report("c1", { a: "card" }))).at(-1)).toMatchObject({
        errorCode: "BLOCKED",
      });
      expect(reports(model.received)).toBe(0);
      live.send({ content: { parts: report("c1", { a: "4711" }) } });
      live.send({ content: { parts: report("c1", { a: 2 }) } });
      const refusal = await live.next(({ errorCode }) => errorCode === "CALL_NOT_OPEN");
      expect(refusal.errorMessage).toContain("answered already");
      expect(await ask(report("c1", { a: 3 }))).toMatchObject([{ errorCode: "CALL_NOT_OPEN" }]);
      await until(() => reports(model.received) > 0);
      expect(reports(model.received)).toBe(1);
      expect(JSON.stringify(model.received)).toContain("####");
    });

    it(`of the Live API${late ? ", with a late verdict" : ""}`, async () => {
      const tools = [{ functionDeclarations: [{ name: "look", behavior: "NON_BLOCKING" }] }];
      const { client, upstream } = await connectedLive(guarded(late), { tools });
      const respond = (fields: object) =>
        client.send({ toolResponse: { functionResponses: [{ name: "look", ...fields }] } });
      const isRefused = ({ parley }: Message): boolean => parley?.error?.code === "CALL_NOT_OPEN";
      respond({ id: "c1", response: {} });
      await client.next(isRefused);
      await upstream.send({ toolCall: { functionCalls: [{ id: "c1", name: "look", args: {} }] } });
      await client.next(({ toolCall }) => toolCall !== undefined);
      respond({ id: "c1", response: { n: 1 } });
      respond({ id: "c1", response: { n: 2 } });
      await client.next(isRefused);
      respond({ response: { n: 3 } });
      await client.next(isRefused);
      await until(() => upstream.received.length > 1);
      const answers = upstream.received.flatMap(
        (message: Message) => message["toolResponse"]?.functionResponses ?? [],
      );
      expect(answers).toMatchObject([{ id: "c1", response: { n: 1 } }]);
      expect(client.closed).toBeUndefined();
    });

    it(`of another client${late ? ", with a late verdict" : ""}`, async () => {
      const tools = [{ functionDeclarations: [{ name: "look", behavior: "NON_BLOCKING" }] }];
      const { client, connect: open, upstream } = await connectedLive(guarded(late), { tools });
      const isCalled = ({ toolCall }: Message): boolean => toolCall !== undefined;
      const isRefused = ({ parley }: Message): boolean => parley?.error?.code === "CALL_NOT_OPEN";
      const call = (id: string) =>
        upstream.send({ toolCall: { functionCalls: [{ id, name: "look", args: { id } }] } });
      const answer = (fields: object) => ({
        toolResponse: { functionResponses: [{ name: "look", response: {}, ...fields }] },
      });
      await call("c1");
      await client.next(isCalled);
      const bob = await open();
      bob.send({ setup: { model: liveModel, tools } });
      await bob.next(setupComplete);
      bob.send(answer({ id: "c1", response: { by: "bob" } }));
      await bob.next(isRefused);
      // Without an id it answers its own call, not the older one of the other client.
      bob.send(answer({ response: { by: "bob" } }));
      await bob.next(isRefused);
      await call("c2");
      await bob.next(isCalled);
      bob.send(answer({ response: { by: "bob" } }));
      client.send(answer({ response: { by: "ann" } }));
      const answers = (): Message[] =>
        upstream.received.flatMap(
          (message: Message) => message["toolResponse"]?.functionResponses ?? [],
        );
      await until(() => answers().length > 1);
      expect(answers().toSorted((one, other) => (one["id"] < other["id"] ? -1 : 1))).toMatchObject([
        { id: "c1", response: { by: "ann" } },
        { id: "c2", response: { by: "bob" } },
      ]);
    });
  }

  it("refuses another report while the first one waits for its verdict", async () => {
    const verdict = Promise.withResolvers<undefined>();
    const patient = agent({
      name: "patient",
      model: "gemini-3.8-live",
      tools: [research],
      hooks: { beforeModel: ({ text }) => (text.includes('"n"') ? verdict.promise : undefined) },
    });
    const { model, live } = await called(patient);
    live.send({ content: { parts: report("c1", { n: 1 }) } });
    live.send({ content: { parts: report("c1", { n: 2 }) } });
    await live.next(({ errorCode }) => errorCode === "CALL_NOT_OPEN");
    expect(reports(model.received)).toBe(0);
    verdict.resolve(undefined);
    await until(() => reports(model.received) > 0);
    expect(reports(model.received)).toBe(1);
  });

  it("takes one report of a call whose tool has returned, as ADK's tools do at once, and no second one", async () => {
    const run = () => Promise.resolve({ status: "pending" });
    let asked = 0;
    const asking = agent({
      name: "asking",
      model: "gemini-3.8-live",
      tools: [tool({ ...researchFields, run })],
      hooks: { beforeModel: () => void asked++ },
    });
    const { model, live } = await called(asking);
    live.send({ content: { parts: report("c1", { n: 1 }) } });
    await until(() => reports(model.received) > 0);
    live.send({ content: { parts: report("c1", { n: 2 }) } });
    await live.next(({ errorCode }) => errorCode === "CALL_NOT_OPEN");
    expect([asked, reports(model.received)]).toEqual([1, 1]);
  });

  it("[RUN25] takes none of a call that was aborted, nor does an operator's decision close one", () => {
    const call = { author: "ada", longRunningToolIds: ["c1"] };
    const called1 = { ...call, content: { parts: [{ functionCall: { id: "c1", name: "pay" } }] } };
    const responds = (name: string, more: object) => ({
      content: { parts: [{ functionResponse: { id: "c1", name, response: {} } }] },
      ...more,
    });
    const isOpen = (...events: object[]) =>
      new LongRunningCalls([called1, ...events] as never).find("c1")?.isOpen;
    expect(isOpen()).toBe(true);
    expect(isOpen(responds("pay", { author: "ada" }))).toBe(true);
    expect(isOpen(responds(confirmationFunction, { author: "user" }))).toBe(true);
    expect(isOpen(responds("pay", { author: "user" }))).toBe(false);
    expect(isOpen({ ...aborted(responds("pay", {}) as never), author: "ada" })).toBe(false);
  });

  it("refuses a report by the name of another function, and takes one without a name", async () => {
    const { model, live } = await called();
    const answer = { id: "c1", response: { a: 1 } };
    live.send({ content: { parts: [{ functionResponse: { ...answer, name: "anything" } }] } });
    const refusal = await live.next(({ errorCode }) => errorCode === "BAD_FRAME");
    expect(refusal.errorMessage).toContain('one of "research"');
    live.send({ content: { parts: [{ functionResponse: answer }] } });
    await until(() => reports(model.received) > 0);
    expect(JSON.stringify(model.received)).not.toContain("anything");
  });

  it("cuts a report that is too long, as a tool's result", async () => {
    const { model, live } = await called();
    live.send({ content: { parts: report("c1", { a: "x".repeat(40_000) }) } });
    await until(() => reports(model.received) > 0);
    expect(JSON.stringify(model.received.at(-1)).length).toBeLessThan(34_000);
    expect(JSON.stringify(model.received.at(-1))).toContain("the rest is cut");
  });

  it("[LIMIT10] counts a report as a typed message, whether it is taken or not, and reads the log once for all", async () => {
    const { object, model, live } = await called();
    setLimits(object, { typedTurns: 20 });
    const newest = vi.spyOn(EventLog.prototype, "newest");
    onTestFinished(() => newest.mockRestore());
    live.send({ content: { parts: Array.from({ length: 21 }, () => report("c2", {})).flat() } });
    const refusal = await live.next(({ errorCode }) => errorCode === "RATE_LIMITED");
    expect(refusal.errorMessage).toMatch(/typed messages a minute.* in \d+ s\.$/);
    expect(live.events.filter(({ errorCode }) => errorCode === "NOT_FOUND")).toHaveLength(20);
    expect(newest).toHaveBeenCalledTimes(1);
    expect(reports(model.received)).toBe(0);
  });

  it("refuses another answer while the first one waits for its verdict", async () => {
    const verdict = Promise.withResolvers<undefined>();
    const patient = agent({
      name: "patient",
      model: "gemini-3.8-live",
      hooks: { beforeModel: ({ text }) => (text.includes('"n"') ? verdict.promise : undefined) },
    });
    const tools = [{ functionDeclarations: [{ name: "look", behavior: "NON_BLOCKING" }] }];
    const { client, upstream } = await connectedLive(patient, { tools });
    const isRefused = ({ parley }: Message): boolean => parley?.error?.code === "CALL_NOT_OPEN";
    const respond = (fields: object) =>
      client.send({ toolResponse: { functionResponses: [{ name: "look", ...fields }] } });
    await upstream.send({ toolCall: { functionCalls: [{ id: "c1", name: "look", args: {} }] } });
    await client.next(({ toolCall }) => toolCall !== undefined);
    respond({ id: "c1", response: { n: 1 } });
    for (const second of [{ id: "c1", response: { n: 2 } }, { response: { n: 3 } }]) {
      respond(second);
      await client.next(isRefused);
    }
    verdict.resolve(undefined);
    await until(() => upstream.received.length > 1);
    const answers = upstream.received.flatMap(
      (message: Message) => message["toolResponse"]?.functionResponses ?? [],
    );
    expect(answers).toMatchObject([{ id: "c1", response: { n: 1 } }]);
  });
});
