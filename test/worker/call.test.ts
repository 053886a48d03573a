import { describe, expect, it } from "vitest";
import { UpstreamSocket } from "../../src/upstream/upstream-socket.ts";

const endpoint = {
  surface: "AI Studio",
  base: "http://emulator.test",
  version: "v1beta",
  key: "k",
} as const;

describe("[CALLING1] closing an upstream socket while it is being opened leaves no socket behind", () => {
  it("closes the late upgrade at once and reports no event", async () => {
    const upgrade = Promise.withResolvers<Response>();
    const events: string[] = [];
    const socket = new UpstreamSocket(endpoint, () => upgrade.promise, {
      onOpen: () => void events.push("open"),
      onMessage: () => void events.push("message"),
      onClose: () => void events.push("close"),
    });
    socket.close();
    const { 0: relay, 1: model } = new WebSocketPair();
    model.accept();
    const closed = new Promise<number>((resolve) =>
      model.addEventListener("close", ({ code }) => resolve(code)),
    );
    upgrade.resolve(new Response(null, { status: 101, webSocket: relay }));
    expect(await closed).toBe(1000);
    expect(events).toEqual([]);
  });
});

describe("[CALLING2] an upstream socket that fails during set-up leaves no socket behind", () => {
  it("when the setup cannot be built", async () => {
    const { 0: relay, 1: model } = new WebSocketPair();
    model.accept();
    const closed = new Promise<number>((resolve) =>
      model.addEventListener("close", ({ code }) => resolve(code)),
    );
    const dropped = Promise.withResolvers<string>();
    const answer = async () => new Response(null, { status: 101, webSocket: relay });
    const socket = new UpstreamSocket(endpoint, answer, {
      onOpen: () => {
        throw new Error("no instruction");
      },
      onMessage: () => undefined,
      onClose: (reason) => dropped.resolve(reason),
    });
    expect(await dropped.promise).toBe("no instruction");
    expect(await closed).toBe(1000);
    socket.close();
  });
});

describe("[RING4] the event of an upstream frame does not keep its memory", () => {
  it("for a binary frame, which the listener gets whole", async () => {
    const { 0: relay, 1: model } = new WebSocketPair();
    model.accept();
    const received = Promise.withResolvers<string | ArrayBuffer>();
    const kept = Promise.withResolvers<unknown>();
    relay.addEventListener("message", ({ data }) => kept.resolve(data));
    const answer = async () => new Response(null, { status: 101, webSocket: relay });
    const socket = new UpstreamSocket(endpoint, answer, {
      onOpen: () => model.send(new TextEncoder().encode('{ "setupComplete": {} }')),
      onMessage: (message, frame) => {
        expect(message).toEqual({ setupComplete: {} });
        received.resolve(frame);
      },
      onClose: (reason) => received.reject(new Error(reason)),
    });
    expect(new TextDecoder().decode((await received.promise) as ArrayBuffer)).toBe(
      '{ "setupComplete": {} }',
    );
    expect(await kept.promise).toHaveProperty("byteLength", 0);
    socket.close();
  });
});
