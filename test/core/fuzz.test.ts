import { describe, expect, it } from "vitest";
import {
  answerFault,
  closeFault,
  codeFault,
  codesIn,
  isLogFault,
} from "../../bench/fuzz/answers.ts";
import { derivedRandom, inputsOf } from "../../bench/fuzz/inputs.ts";
import { protocolNames, readFuzzOptions } from "../../bench/fuzz/options.ts";
import { socketProtocols } from "../../bench/fuzz/protocols.ts";
import { requestOf, requestProtocols } from "../../bench/fuzz/requests.ts";
import { AnswerOrder } from "../../bench/fuzz/answer-order.ts";
import { shrink } from "../../bench/fuzz/shrink.ts";

describe("[BENCH5] npm run fuzz repeats itself by its seed, and finds the smallest input", () => {
  it("the same seed makes the same inputs, and another one others", () => {
    for (const protocol of socketProtocols) {
      const made = (seed: number) =>
        inputsOf(protocol, 100, derivedRandom(seed, protocol.name, 3)).map(({ data }) =>
          data.toString(),
        );
      expect(made(1)).toEqual(made(1));
      expect(made(1)).not.toEqual(made(2));
    }
    for (const protocol of requestProtocols) {
      const made = (at: number) => requestOf(protocol, derivedRandom(1, protocol.name, at));
      expect(made(5)).toEqual(made(5));
      expect([1, 2, 3, 4].map(made)).not.toEqual([5, 6, 7, 8].map(made));
    }
  });

  it("a part remains that still shows the fault", async () => {
    const items = Array.from({ length: 100 }, (_, at) => at);
    const shows = (part: readonly number[]) =>
      Promise.resolve(part.includes(17) && part.includes(80));
    expect(await shrink(items, shows)).toEqual([17, 80]);
  });

  it("takes options, and refuses others in one sentence", () => {
    expect(readFuzzOptions([])).toEqual({ frames: 200_000, seed: 1, protocols: protocolNames });
    expect(readFuzzOptions(["--frames=5", "--seed=7", "--protocol=phone"])).toEqual({
      frames: 5,
      seed: 7,
      protocols: ["phone"],
    });
    expect(() => readFuzzOptions(["--frames=-5"])).toThrow(/--frames: "-5" is no whole number/);
    expect(() => readFuzzOptions(["--protocol=fax"])).toThrow(/"fax" is none of parley.v1/);
  });
});

describe("[BENCH6] npm run fuzz reports every answer that is no documented error", () => {
  it.each([
    [{ status: 500, body: '{"code":"INTERNAL"}' }, /HTTP 500/],
    [{ status: 400, body: '{"code":"OOPS"}' }, /"OOPS" is in no table/],
    [{ status: 400, body: '{"code":"NOT_FOUND"}' }, /NOT_FOUND came with HTTP 400, not 404/],
    [{ status: 404, body: "TypeError: x" }, /in no known form/],
  ])("%j", (answer, fault) => {
    expect(answerFault(answer)).toMatch(fault);
  });

  it.each([
    { status: 200, body: "anything" },
    { status: 404, body: '{"code":"NOT_FOUND","message":"m","action":"fix"}' },
    { status: 422, body: '{"detail":[]}' },
    { status: 400, body: '{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}' },
    { status: 501, body: '{"detail":"not supported by parley"}' },
  ])("but not %j", (answer) => {
    expect(answerFault(answer)).toBeUndefined();
  });

  it("codes in frames, and closes", () => {
    expect(codesIn('{"type":"error","code":"BAD_FRAME"}')).toEqual(["BAD_FRAME"]);
    expect(codesIn('{"errorCode":"MUTED"}')).toEqual(["MUTED"]);
    expect(codeFault("BAD_FRAME")).toBeUndefined();
    expect(codeFault("INTERNAL")).toMatch(/failure of the server/);
    expect(closeFault(1007, "")).toBeUndefined();
    expect(closeFault(1006, "")).toMatch(/without a close frame/);
    expect(closeFault(1011, "failed")).toMatch(/1011/);
  });

  it("lines of the log that are no warnings", () => {
    expect(isLogFault("parley: participant 0c1f: the relay left out a field")).toBe(false);
    expect(isLogFault("")).toBe(false);
    expect(isLogFault("parley: a frame of sse could not be handled: TypeError")).toBe(true);
    expect(isLogFault("Uncaught TypeError: x is not a function")).toBe(true);
    expect(isLogFault("    at decode (index.js:1:2)")).toBe(true);
  });

  it("frames of the healthy conversation that are lost, or answered out of order or twice", () => {
    const answered = (...frames: number[]) => {
      const order = new AnswerOrder();
      for (const frame of [1000, 2000, 3000]) order.send(frame);
      for (const frame of frames) order.answer(frame, frame + 500);
      return order.figures;
    };
    const twice = "a frame was answered twice, or after a later one";
    expect(answered(1000, 2000, 3000)).toEqual({ sent: 3, answered: 3, worstMs: 0.5, faults: [] });
    expect(answered(1000, 3000).faults).toEqual(["1 frames were never answered"]);
    expect(answered(1000, 2000, 2000, 3000).faults).toEqual([twice]);
    expect(answered(2000, 1000, 3000).faults).toEqual([twice, "1 frames were never answered"]);
  });
});
