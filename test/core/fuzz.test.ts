import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import {
  answerFault,
  closeFault,
  codeFault,
  codesIn,
  isLogFault,
} from "../../bench/fuzz/answers.ts";
import { derivedRandom, inputsOf } from "../../bench/fuzz/inputs.ts";
import { protocolNames, readFuzzOptions } from "../../bench/fuzz/options.ts";
import { parleyV1, socketProtocols } from "../../bench/fuzz/protocols.ts";
import { requestOf, requestProtocols, runRequest } from "../../bench/fuzz/requests.ts";
import { Retries } from "../../bench/fuzz/retries.ts";
import { runInputs } from "../../bench/fuzz/socket-run.ts";
import { Tally } from "../../bench/fuzz/tally.ts";
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

  it.each(["bench/fuzz.ts", "bench/compare.ts"])(
    "[BENCH4] %s says a mistake in one sentence",
    (script) => {
      const { status, stderr } = spawnSync(process.execPath, [script, "--fast"], {
        encoding: "utf8",
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(/^Unknown option '--fast'.*\n$/);
    },
  );
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

describe("[BENCH8] npm run fuzz sends inputs again that were not tried", () => {
  const overloaded = '{"type":"error","code":"OVERLOADED","message":"Try again in 7 s."}';

  /** @param onClient for each connection. @returns the run of numbered inputs, and how long it waited. */
  async function fuzz(onClient: (socket: WebSocket, count: number) => void) {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    onTestFinished(() => server.close());
    let count = 0;
    server.on("connection", (socket) => onClient(socket, ++count));
    const { port } = server.address() as AddressInfo;
    const target = {
      protocol: { ...parleyV1, last: { last: 1 }, answers: () => true },
      base: `http://127.0.0.1:${port}`,
      conversation: "c",
    };
    const inputs = Array.from({ length: 25 }, (_, at) => ({
      data: Buffer.from(`input ${at}`),
      binary: false,
    }));
    const [tally, waits] = [new Tally(), [] as number[]];
    const fault = await runInputs(target, inputs, tally, async (ms) => void waits.push(ms));
    return { fault, tally, waits };
  }

  /** Answers, as the relay does. @returns the inputs that it has read. */
  function reader() {
    const read: string[] = [];
    const onClient = (socket: WebSocket, isEnd: (input: string) => boolean = () => false) => {
      let isOver = false;
      socket.on("message", (data: Buffer) => {
        const text = data.toString();
        if (isOver || text.includes("hello")) return;
        if (text.includes("last")) return socket.send("{}");
        read.push(text);
        isOver = isEnd(text);
        if (isOver) socket.close(1000);
      });
    };
    return { read, onClient };
  }

  it("after a refusal for overload, as late as the server asks, and counts each once", async () => {
    const { read, onClient } = reader();
    const { fault, tally, waits } = await fuzz((socket, count) => {
      if (count > 2) return onClient(socket);
      socket.send(overloaded);
      return socket.close(1013, "busy");
    });
    expect(fault).toBeUndefined();
    expect(read).toEqual(Array.from({ length: 25 }, (_, at) => `input ${at}`));
    expect(waits).toEqual([7_000, 7_000]);
    expect(tally).toMatchObject({ frames: 25, refusals: 2 });
  });

  it("behind one that ends the connection", async () => {
    const { read, onClient } = reader();
    const ends = ["input 3", "input 17"];
    const { fault, tally } = await fuzz((socket) =>
      onClient(socket, (text) => ends.includes(text)),
    );
    expect(fault).toBeUndefined();
    expect(new Set(read)).toHaveLength(25);
    expect(tally).toMatchObject({ frames: 25, refusals: 0 });
  });

  it("and reports that a server always refuses", async () => {
    const { fault, tally } = await fuzz((socket) => socket.close(1013, "busy"));
    expect(fault).toMatch(/could not be tried: each connection ended with close 1013 "busy"/);
    expect(tally.frames).toBe(0);
  });

  it("requests, too", async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      const isRefused = ++requests < 3;
      if (isRefused) response.writeHead(503, { "retry-after": "4" });
      response.end(isRefused ? overloaded : "{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const [tally, waits] = [new Tally(), [] as number[]];
    const retries = new Retries(tally, async (ms) => void waits.push(ms));
    const input = { method: "GET", path: "/", headers: {}, body: undefined };
    expect(await runRequest(`http://127.0.0.1:${port}`, input, tally, retries)).toBeUndefined();
    expect(waits).toEqual([4_000, 4_000]);
    expect(tally).toMatchObject({ frames: 1, refusals: 2 });
  });
});
