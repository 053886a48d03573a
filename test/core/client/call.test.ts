/** A call as its user sees it, over a scripted connection. */
import { beforeEach, expect, test } from "vitest";
import type { CallEvents } from "../../../packages/client/src/call-events.ts";
import { Call } from "../../../packages/client/src/call.ts";
import { ParleyConnection } from "../../../packages/client/src/connection/parley-connection.ts";
import { emptyCaptions } from "../../../packages/client/src/state/captions.ts";
import { noProducts } from "../../../packages/client/src/state/products.ts";
import { FakePlatform, type FakeSocket } from "./fake-platform.ts";
import { nextUncaught } from "./uncaught.ts";

let platform: FakePlatform;
let call: Call;

beforeEach(() => {
  platform = new FakePlatform();
  call = new Call({
    address: () => ({ user: "ann", session: "one" }),
    connection: new ParleyConnection("ws://parley.test/ws/ann/one", platform),
    saved: { captions: emptyCaptions, products: noProducts },
    maySpeak: true,
    voice: { devices: {}, turnTaking: "automatic", detectorUrl: "" },
  });
  call.open();
});

const connect = (): FakeSocket => {
  platform.last.events.open();
  platform.last.sendHello();
  return platform.last;
};

function collect<Name extends keyof CallEvents>(name: Name): CallEvents[Name][] {
  const values: CallEvents[Name][] = [];
  call.on(name, (value) => values.push(value));
  return values;
}

test("[PKG1] a listener gets each kind of event by its name", () => {
  const transcripts = collect("transcript");
  const tools = collect("tool");
  const events = collect("event");
  const usage = collect("usage");
  const budgets = collect("budget");
  const errors = collect("error");
  const participants = collect("participants");
  const socket = connect();
  socket.sendEvent(1, { inputTranscription: { text: "Hello.", finished: true } });
  const functionCall = { id: "c1", name: "roll_dice", args: { sides: 6 } };
  const functionResponse = { id: "c1", name: "roll_dice", response: { result: 4 } };
  socket.sendEvent(2, { content: { role: "model", parts: [{ functionCall }] } });
  socket.sendEvent(3, { content: { role: "user", parts: [{ functionResponse }] } });
  socket.sendEvent(4, { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 } });
  const budget = { scope: "day", of: "usd", used: 0.83 } as const;
  const error = { code: "RATE_LIMITED", message: "Too much." };
  socket.sendFrame({ type: "error", seq: 4, action: "wait", ...error });
  socket.sendFrame({ type: "budget", seq: 4, ...budget });
  expect(call.state.notice).toContain("83 % of the budget of this day");
  expect(call.state.noticeCode).toBe("BUDGET_LOW");
  socket.sendFrame({ type: "error", seq: 4, action: "wait", ...error });
  expect(transcripts).toMatchObject([{ side: "user", text: "Hello.", finished: true }]);
  expect(tools).toEqual([
    { kind: "call", id: "c1", name: "roll_dice", args: { sides: 6 } },
    { kind: "result", id: "c1", name: "roll_dice", response: { result: 4 } },
  ]);
  expect(events.map(({ event }) => event.id)).toEqual(["e1", "e2", "e3", "e4"]);
  expect(usage).toEqual([{ input: 3, output: 4, total: 7 }]);
  expect(budgets).toMatchObject([budget]);
  expect(errors).toMatchObject([error, error]);
  expect(participants.at(-1)).toMatchObject({ you: "p1" });
  expect(call.state).toMatchObject({ budget, notice: "Too much.", connection: { status: "open" } });
});

test("[PKG1] a listener hears nothing more once it unsubscribed", () => {
  const states: string[] = [];
  const stop = call.on("state", ({ connection }) => states.push(connection.status));
  connect();
  const heard = states.length;
  expect(states).toContain("open");
  stop();
  void call.close();
  expect(states).toHaveLength(heard);
});

test("[PKG1] a listener that throws does not stop the others, and its error is an uncaught one", async () => {
  const uncaught = nextUncaught();
  let thrown = false;
  call.on("participants", () => {
    if (thrown) return;
    thrown = true;
    throw new Error("mine");
  });
  const participants = collect("participants");
  connect();
  expect(participants.length).toBeGreaterThan(0);
  expect(await uncaught).toEqual(new Error("mine"));
});

test("[PKG24] after its end a call has no participants, and may speak again by its own role", async () => {
  connect().sendFrame({
    type: "presence",
    seq: 1,
    change: "role",
    participant: { id: "p1", role: "listener" },
  });
  expect(call.state.listenOnly).toBe(true);
  await call.close();
  expect(call.state).toMatchObject({ listenOnly: false, participants: { you: "", list: [] } });
});

test("[PKG5] an inspector sees every frame of both directions, and each opening and close", () => {
  const frames: string[] = [];
  const stop = call.watchFrames((frame) =>
    frames.push(
      frame.direction === "local" ? frame.what : `${frame.direction} ${describe(frame.data)}`,
    ),
  );
  const socket = connect();
  socket.sendAudio(1, 480);
  call.sendAudio(new ArrayBuffer(1280));
  platform.pass(15_000);
  socket.events.frame("pong");
  socket.events.close(1006, "gone");
  expect(frames).toEqual([
    "socket opened",
    "out hello",
    "in hello",
    "out ack",
    "in 964 bytes",
    "out 1280 bytes",
    "out ack",
    "out ping",
    "in pong",
    "socket closed: 1006 gone",
  ]);
  platform.pass(1_000);
  connect();
  frames.length = 0;
  void call.close();
  platform.last.events.close(1005, "");
  expect(frames).toEqual(["out bye", "socket closed: by the page"]);
  stop();
  call.open();
  connect();
  expect(frames).toHaveLength(2);
});

const describe = (data: string | ArrayBuffer): string =>
  typeof data === "string"
    ? (/"type":"(\w+)"/.exec(data)?.[1] ?? data)
    : `${data.byteLength} bytes`;
