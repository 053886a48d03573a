/** Tokens of a connection: asked for before each connect, renewed before they expire, replaced when they have. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";
import { ParleyConnection } from "../../../packages/client/src/connection/parley-connection.ts";
import { createCall } from "../../../packages/client/src/index.ts";
import { createPlatform } from "../../../packages/client/src/connection/platform.ts";
import type { ServerFrame } from "../../../src/wire/parley-v1.ts";
import { FakePlatform, type FakeSocket } from "./fake-platform.ts";

let platform: FakePlatform;
let connection: ParleyConnection;
let events: ConnectionEvent[];
/** The next tokens; an error is thrown. */
let tokens: (string | Error)[];

beforeEach(() => {
  platform = new FakePlatform();
  tokens = [];
  platform.getToken = () => {
    const next = tokens.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  connection = new ParleyConnection("ws://parley.test/ws/ann/one", platform);
  events = [];
  connection.subscribe((event) => events.push(event));
  connection.open();
});

const connect = (): FakeSocket => {
  platform.last.events.open();
  platform.last.sendHello({ seq: 4 });
  return platform.last;
};
const warning = (expiresInMs: number): ServerFrame => ({
  type: "token",
  seq: 4,
  expiresInMs,
  role: "speaker",
});
const expired = { seq: 4, message: "The token has expired. Get a new one." };
const refuse = (socket: FakeSocket): void => {
  socket.sendFrame({
    ...expired,
    type: "error",
    code: "UNAUTHENTICATED",
    action: "re-authenticate",
  });
  socket.sendFrame({ ...expired, type: "goAway", code: 1008, again: false });
  socket.events.close(1008, expired.message);
};
const errors = () => events.flatMap((event) => (event.kind === "error" ? [event.code] : []));
/** Lets `getToken` resolve. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

test("[PKG3] a warning is answered with a newer token, once", async () => {
  const socket = connect();
  tokens = ["newer", "never asked for"];
  socket.sendFrame(warning(60_000));
  await settle();
  expect(socket.json("token")).toEqual([{ type: "token", token: "newer" }]);
  socket.sendFrame(warning(3_600_000));
  platform.pass(30_000);
  await settle();
  expect(socket.json("token")).toHaveLength(1);
  expect(events.filter(({ kind }) => kind === "token")).toHaveLength(2);
});

test("[PKG3] tokens shorter than the warning are renewed every ten seconds, and not in a loop", async () => {
  const socket = connect();
  tokens = ["one", "two", "three"];
  for (const expiresInMs of [60_000, 30_000, 30_000]) {
    socket.sendFrame(warning(expiresInMs));
    await settle();
  }
  expect(socket.json("token").map(({ token }) => token)).toEqual(["one"]);
  platform.pass(10_000);
  await settle();
  expect(socket.json("token").map(({ token }) => token)).toEqual(["one", "two"]);
});

test("[PKG3] a renewal that fails is reported and tried again", async () => {
  const socket = connect();
  tokens = [new Error("HTTP 503"), "newer"];
  socket.sendFrame(warning(60_000));
  await settle();
  expect(errors()).toEqual(["NO_TOKEN"]);
  expect(events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining("HTTP 503") }),
  );
  platform.pass(10_000);
  await settle();
  expect(socket.json("token")).toEqual([{ type: "token", token: "newer" }]);
});

test("[PKG4] an open connection whose token expired resumes with another", () => {
  const socket = connect();
  refuse(socket);
  expect(connection.state.status).toBe("backoff");
  expect(errors()).toEqual([]);
  platform.pass(1_000);
  platform.last.events.open();
  expect(platform.sockets).toHaveLength(2);
  expect(platform.last.json("hello")).toEqual([{ type: "hello", after: "7.4" }]);
});

test("[PKG4] a token that is refused at the connect ends the call", () => {
  platform.last.events.open();
  refuse(platform.last);
  expect(connection.state).toEqual({ status: "closed", reason: expired.message });
  expect(errors()).toEqual(["UNAUTHENTICATED"]);
});

test("[PKG4] a renewal that is refused is reported, and the connection goes on", () => {
  const socket = connect();
  socket.sendFrame({ ...expired, type: "error", code: "UNAUTHENTICATED", action: "x" });
  platform.pass(1_000);
  expect(errors()).toEqual(["UNAUTHENTICATED"]);
  expect(connection.state.status).toBe("open");
});

test("[PKG3] without a token there is no socket, and the connection asks again later", async () => {
  const results: string[] = [];
  const { getToken } = platform;
  tokens = [new Error("HTTP 500")];
  createPlatform({ getToken }).connect("ws://localhost:9", {
    open: () => results.push("open"),
    frame: () => results.push("frame"),
    tokenFailed: (error) => results.push(String(error)),
    close: (code) => results.push(`close ${code}`),
  });
  await settle();
  expect(results).toEqual(["Error: HTTP 500", "close 4999"]);
  platform.last.events.tokenFailed?.(new Error("HTTP 500"));
  platform.last.events.close(4999, "");
  expect(connection.state.status).toBe("backoff");
  expect(errors()).toEqual(["NO_TOKEN"]);
});

test("[PKG3] a getToken that throws is reported, and asked again after the delay of a reconnect", async () => {
  const asked: number[] = [];
  const own = new FakePlatform();
  const real = createPlatform({
    getToken: () => {
      asked.push(own.now());
      throw new Error("no session");
    },
  });
  own.connect = (url, socketEvents) => real.connect(url, socketEvents);
  const failing = new ParleyConnection("ws://localhost:9", own);
  failing.subscribe((event) => events.push(event));
  failing.open();
  await settle();
  expect(errors()).toEqual(["NO_TOKEN"]);
  expect(failing.state).toMatchObject({ status: "backoff", retryInMs: 400 });
  own.pass(400);
  await settle();
  expect(asked).toEqual([0, 400]);
  expect(failing.state).toMatchObject({ status: "backoff", retryInMs: 800 });
  failing.close();
});

test("[PKG3] a failure before the platform answers counts as any other", () => {
  platform.begin = (own) => {
    own.tokenFailed?.(new Error("no session"));
    own.close(4999, "");
  };
  connect().events.close(1006, "");
  platform.pass(400);
  expect(errors()).toEqual(["NO_TOKEN"]);
  expect(connection.state).toMatchObject({ status: "backoff", retryInMs: 800 });
  expect(platform.last.closed).toBe(true);
});

test("[PKG3] while the user logs in, the client waits and does not ask again", () => {
  connect().events.close(1006, "");
  platform.begin = () => undefined;
  platform.pass(400);
  const { length } = platform.sockets;
  platform.pass(120_000);
  expect(platform.sockets).toHaveLength(length);
  expect(connection.state.status).toBe("connecting");
  platform.last.events.connecting?.();
  platform.pass(10_000);
  expect(connection.state.status).toBe("backoff");
});

test("[PKG3] a getToken that answers with the token that expires is reported", async () => {
  const socket = connect();
  tokens = ["old", "old"];
  socket.sendFrame(warning(60_000));
  await settle();
  socket.sendFrame(warning(59_000));
  platform.pass(10_000);
  await settle();
  expect(socket.json("token")).toHaveLength(1);
  expect(events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining("it is the one that expires") }),
  );
});

describe("[PKG23] the token of a client without getToken", () => {
  class Socket extends EventTarget {
    readonly sent: string[] = [];
    readonly token: string | undefined;
    constructor(_url: string, protocols: string[]) {
      super();
      this.token = protocols[1];
      sockets.push(this);
    }
    send(frame: string): void {
      this.sent.push(frame);
    }
    close(): void {}
    answer(frame: object): void {
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
    }
    hello(): void {
      this.dispatchEvent(new Event("open"));
      const [you, participants] = ["p1", [{ id: "p1", role: "speaker" }]];
      this.answer({ type: "hello", epoch: 1, seq: 1, you, participants, state: {}, events: [] });
    }
  }
  let sockets: Socket[];
  const last = (): Socket => sockets.at(-1) as Socket;

  beforeEach(() => {
    sockets = [];
    vi.stubGlobal("WebSocket", Socket);
    return () => vi.unstubAllGlobals();
  });

  test("is the one of renewToken for later connects, also while it is disconnected", async () => {
    const call = createCall({ url: "https://voice.test", token: "old" });
    call.open();
    await settle();
    last().hello();
    call.renewToken("newer");
    expect(last().sent).toContain('{"type":"token","token":"newer"}');
    await call.close();
    call.open();
    await settle();
    await call.close();
    call.renewToken("newest");
    call.open();
    await settle();
    expect(sockets.map(({ token }) => token)).toEqual(["auth.old", "auth.newer", "auth.newest"]);
    await call.close();
  });

  test("is not renewed by the client itself", async () => {
    const errors: unknown[] = [];
    const call = createCall({ url: "https://voice.test", token: "old" });
    call.on("error", (error) => errors.push(error));
    call.open();
    await settle();
    last().hello();
    last().answer({ type: "token", seq: 1, expiresInMs: 50_000, role: "speaker" });
    await settle();
    expect(last().sent.filter((frame) => frame.includes('"token"'))).toEqual([]);
    expect(errors).toEqual([]);
    await call.close();
  });
});
