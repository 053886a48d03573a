import { beforeEach, expect, test } from "vitest";
import { backoff } from "../../../packages/client/src/connection/backoff.ts";
import type { ConnectionState } from "../../../packages/client/src/connection/connection.ts";
import { ReconnectingSocket } from "../../../packages/client/src/connection/reconnecting-socket.ts";
import { FakePlatform, type FakeSocket } from "./fake-platform.ts";

let platform: FakePlatform;
let socket: ReconnectingSocket;
let states: ConnectionState["status"][];
let frames: unknown[];

beforeEach(() => {
  platform = new FakePlatform();
  states = [];
  frames = [];
  socket = new ReconnectingSocket("ws://parley.test/ws/ann/one", platform, {
    socketOpened: () => socket.completeHandshake(),
    frame: (frame) => frames.push(frame),
    stateChanged: ({ status }) => states.push(status),
    watched: () => undefined,
    tokenFailed: () => undefined,
  });
  socket.open();
});

const connect = (): FakeSocket => {
  platform.last.events.open();
  return platform.last;
};
const closeSocket = (code = 1006): void => platform.last.events.close(code, "");

test("[PAGE21] the backoff doubles from 0.4 s to 10 s, with 20 % jitter", () => {
  expect([1, 2, 3, 4, 5, 6, 99].map((n) => backoff(n, 0.5))).toEqual([
    400, 800, 1600, 3200, 6400, 10_000, 10_000,
  ]);
  expect([backoff(1, 0), backoff(1, 1)]).toEqual([320, 480]);
});

test("[PAGE21] a closed socket is reopened after a growing delay", () => {
  connect();
  for (const wait of [400, 800, 1600]) {
    closeSocket();
    expect(socket.state).toEqual({ status: "backoff", retryInMs: wait, offline: false });
    const before = platform.sockets.length;
    platform.pass(wait - 1);
    expect(platform.sockets).toHaveLength(before);
    platform.pass(1);
    expect(platform.sockets).toHaveLength(before + 1);
    expect(socket.state.status).toBe("connecting");
  }
});

test("[PAGE21] ten open seconds reset the backoff, a handshake does not", () => {
  connect();
  closeSocket();
  platform.pass(400);
  connect();
  closeSocket();
  expect(socket.state).toMatchObject({ retryInMs: 800 });
  platform.pass(800);
  connect();
  platform.pass(10_000);
  closeSocket();
  expect(socket.state).toMatchObject({ retryInMs: 400 });
});

test("[PAGE21] a handshake has a time limit", () => {
  const hanging = platform.last;
  platform.pass(10_000);
  expect(hanging.closed).toBe(true);
  expect(socket.state.status).toBe("backoff");
});

test("[PAGE22] when the network is back or the page is visible, it connects at once", () => {
  connect();
  platform.online = false;
  closeSocket();
  expect(socket.state).toMatchObject({ status: "backoff", offline: true });
  platform.connectivityChanged?.();
  expect(socket.state.status).toBe("backoff");
  platform.online = true;
  platform.connectivityChanged?.();
  expect(socket.state.status).toBe("connecting");
});

test("[PAGE22] after a network change an open socket has three seconds to answer a ping", () => {
  const peer = connect();
  platform.connectivityChanged?.();
  expect(peer.pings).toBe(1);
  peer.events.frame("pong");
  platform.pass(3_000);
  expect(socket.state.status).toBe("open");
  platform.connectivityChanged?.();
  platform.pass(2_999);
  expect(socket.state.status).toBe("open");
  platform.pass(1);
  expect(socket.state.status).toBe("backoff");
  expect(peer.closed).toBe(true);
});

test("[PAGE119] a retry connects a lost connection at once, and only a lost one", () => {
  connect();
  socket.retry();
  expect(platform.sockets).toHaveLength(1);
  closeSocket();
  socket.retry();
  expect(platform.sockets).toHaveLength(2);
  platform.pass(400);
  expect(platform.sockets).toHaveLength(2);
});

test("[PAGE119] a retry during an attempt that fails starts the next one at once, and only that one", () => {
  connect();
  closeSocket();
  platform.pass(400);
  socket.retry();
  closeSocket();
  expect(socket.state).toMatchObject({ status: "backoff", retryInMs: 0 });
  platform.pass(0);
  expect(platform.sockets).toHaveLength(3);
  socket.retry();
  connect();
  closeSocket();
  expect(socket.state).toMatchObject({ status: "backoff", retryInMs: 1600 });
});

test("[PAGE164] an attempt tells whether it is the first, and whether the browser is offline", () => {
  expect(socket.state).toEqual({ status: "connecting", retry: false, offline: false });
  connect();
  platform.online = false;
  closeSocket();
  platform.pass(400);
  expect(socket.state).toEqual({ status: "connecting", retry: true, offline: true });
});

test("[PAGE33] the socket pings every 15 s; any frame is an answer", () => {
  const peer = connect();
  platform.pass(14_999);
  expect(peer.pings).toBe(0);
  platform.pass(1);
  expect(peer.pings).toBe(1);
  peer.events.frame("{}");
  platform.pass(5_000);
  expect(socket.state.status).toBe("open");
  platform.pass(15_000);
  expect(peer.pings).toBe(2);
  expect(frames).toEqual(["{}"]);
});

test("[PAGE33] without a frame for five seconds after a ping the socket is reopened", () => {
  const peer = connect();
  platform.pass(19_999);
  expect(socket.state.status).toBe("open");
  platform.pass(1);
  expect(socket.state.status).toBe("backoff");
  expect(peer.closed).toBe(true);
});

test("[PAGE33] a ping answers the server's question at once, and is the next of the row", () => {
  const peer = connect();
  platform.pass(10_000);
  socket.answerProbe();
  expect(peer.pings).toBe(1);
  peer.events.frame("pong");
  platform.pass(19_999);
  expect(peer.pings).toBe(1);
  platform.pass(1);
  expect(peer.pings).toBe(2);
});

test("[PAGE33] a pong is not passed on", () => {
  connect().events.frame("pong");
  expect(frames).toEqual([]);
});

test("[PAGE24] after close codes 1000 and 1008 the socket stays closed, with the server's reason", () => {
  for (const code of [1000, 1008]) {
    socket.open();
    connect();
    platform.last.events.close(code, "There is no agent of that name here.");
    expect(socket.state).toEqual({
      status: "closed",
      reason: "There is no agent of that name here.",
    });
    const before = platform.sockets.length;
    platform.pass(60_000);
    platform.connectivityChanged?.();
    expect(platform.sockets).toHaveLength(before);
  }
});

test.each([1001, 1006, 1011, 1012, 1013])(
  "[PAGE24] after close code %i the socket is reopened",
  (code) => {
    connect();
    closeSocket(code);
    expect(socket.state.status).toBe("backoff");
  },
);

test("[PAGE25] events of a superseded socket are ignored", () => {
  const old = connect();
  closeSocket();
  platform.pass(400);
  connect();
  states.length = 0;
  old.events.frame("{}");
  old.events.close(1006, "");
  old.events.open();
  expect([frames, states]).toEqual([[], []]);
  expect(socket.state.status).toBe("open");
});

test("[PAGE25] close is final: no timer and no watch is left", () => {
  connect();
  socket.close();
  expect(platform.last.closed).toBe(true);
  expect(socket.state).toEqual({ status: "closed" });
  platform.pass(60_000);
  expect(platform.sockets).toHaveLength(1);
  expect(platform.last.pings).toBe(0);
  expect(platform.connectivityChanged).toBeUndefined();
});

test("[LIMIT34] the time that a refusal names replaces a shorter backoff, once", () => {
  socket.waitBeforeRetry(7_000);
  closeSocket(1013);
  expect(socket.state).toMatchObject({ status: "backoff", retryInMs: 7_000 });
  platform.pass(7_000);
  closeSocket();
  expect(socket.state).toMatchObject({ status: "backoff", retryInMs: 800 });
});
