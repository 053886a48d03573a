import { beforeEach, expect, test } from "vitest";
import { backoff } from "../../../src/client/connection/backoff.ts";
import type { ConnectionState } from "../../../src/client/connection/connection.ts";
import { ReconnectingSocket } from "../../../src/client/connection/reconnecting-socket.ts";
import { FakeNetwork, type FakeSocket } from "./fake-platform.ts";

let network: FakeNetwork;
let line: ReconnectingSocket;
let states: ConnectionState["at"][];
let frames: unknown[];

beforeEach(() => {
  network = new FakeNetwork();
  states = [];
  frames = [];
  line = new ReconnectingSocket("ws://parley.test/ws/ann/one", network, {
    socketOpened: () => line.completeHandshake(),
    frame: (frame) => frames.push(frame),
    stateChanged: ({ at }) => states.push(at),
  });
  line.open();
});

const connect = (): FakeSocket => {
  network.last.events.open();
  return network.last;
};
const lose = (code = 1006): void => network.last.events.close(code, "");

test("[PAGE21] waits double from 0.4 s to 10 s, and spread by a fifth", () => {
  expect([1, 2, 3, 4, 5, 6, 99].map((n) => backoff(n, 0.5))).toEqual([
    400, 800, 1600, 3200, 6400, 10_000, 10_000,
  ]);
  expect([backoff(1, 0), backoff(1, 1)]).toEqual([320, 480]);
});

test("[PAGE21] a lost line is dialled again, later each time", () => {
  connect();
  for (const wait of [400, 800, 1600]) {
    lose();
    expect(line.state).toEqual({ at: "waiting", inMs: wait, offline: false });
    const before = network.sockets.length;
    network.pass(wait - 1);
    expect(network.sockets).toHaveLength(before);
    network.pass(1);
    expect(network.sockets).toHaveLength(before + 1);
    expect(line.state.at).toBe("connecting");
  }
});

test("[PAGE21] health, not a handshake, makes the next failure the first again", () => {
  connect();
  lose();
  network.pass(400);
  connect();
  lose();
  expect(line.state).toMatchObject({ inMs: 800 });
  network.pass(800);
  connect();
  network.pass(10_000);
  lose();
  expect(line.state).toMatchObject({ inMs: 400 });
});

test("[PAGE21] a handshake that hangs is given up", () => {
  const hanging = network.last;
  network.pass(10_000);
  expect(hanging.closed).toBe(true);
  expect(line.state.at).toBe("waiting");
});

test("[PAGE22] when the network is back or the page is seen, it dials at once", () => {
  connect();
  network.connected = false;
  lose();
  expect(line.state).toMatchObject({ at: "waiting", offline: true });
  network.stirred?.();
  expect(line.state.at).toBe("waiting");
  network.connected = true;
  network.stirred?.();
  expect(line.state.at).toBe("connecting");
});

test("[PAGE22] an open line is asked at once whether it outlived the change, and given three seconds", () => {
  const socket = connect();
  network.stirred?.();
  expect(socket.pings).toBe(1);
  socket.events.frame("pong");
  network.pass(3_000);
  expect(line.state.at).toBe("open");
  network.stirred?.();
  network.pass(2_999);
  expect(line.state.at).toBe("open");
  network.pass(1);
  expect(line.state.at).toBe("waiting");
  expect(socket.closed).toBe(true);
});

test("[PAGE33] every 15 s the line is asked for a sign of life; whatever comes is one", () => {
  const socket = connect();
  network.pass(14_999);
  expect(socket.pings).toBe(0);
  network.pass(1);
  expect(socket.pings).toBe(1);
  socket.events.frame("{}");
  network.pass(5_000);
  expect(line.state.at).toBe("open");
  network.pass(15_000);
  expect(socket.pings).toBe(2);
  expect(frames).toEqual(["{}"]);
});

test("[PAGE33] a line that says nothing for five seconds after it was asked is dead", () => {
  const socket = connect();
  network.pass(19_999);
  expect(line.state.at).toBe("open");
  network.pass(1);
  expect(line.state.at).toBe("waiting");
  expect(socket.closed).toBe(true);
});

test("[PAGE33] a pong is for the line alone", () => {
  connect().events.frame("pong");
  expect(frames).toEqual([]);
});

test("[PAGE24] a close by the server for good is told in its words and not dialled again", () => {
  for (const code of [1000, 1008]) {
    line.open();
    connect();
    network.last.events.close(code, "There is no agent of that name here.");
    expect(line.state).toEqual({ at: "closed", why: "There is no agent of that name here." });
    const before = network.sockets.length;
    network.pass(60_000);
    network.stirred?.();
    expect(network.sockets).toHaveLength(before);
  }
});

test.each([1001, 1006, 1011, 1012, 1013])("[PAGE24] after %i it is dialled again", (code) => {
  connect();
  lose(code);
  expect(line.state.at).toBe("waiting");
});

test("[PAGE25] a socket that was given up is not listened to any more", () => {
  const old = connect();
  lose();
  network.pass(400);
  connect();
  states.length = 0;
  old.events.frame("{}");
  old.events.close(1006, "");
  old.events.open();
  expect([frames, states]).toEqual([[], []]);
  expect(line.state.at).toBe("open");
});

test("[PAGE25] hanging up is for good: no timer, no watch is left", () => {
  connect();
  line.close();
  expect(network.last.closed).toBe(true);
  expect(line.state).toEqual({ at: "closed" });
  network.pass(60_000);
  expect(network.sockets).toHaveLength(1);
  expect(network.last.pings).toBe(0);
  expect(network.stirred).toBeUndefined();
});
