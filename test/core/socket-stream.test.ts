import { afterEach, describe, expect, it, vi } from "vitest";
import { streamOf } from "../../src/protocols/socket-stream.ts";
import { eventually } from "../support/eventually.ts";

/** The Worker's end of a socket, as far as a stream uses it. */
class Inner extends EventTarget {
  closed: number | undefined;
  close(code: number): void {
    this.closed = code;
  }
  say(data: string): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

const writing = {
  first: "first ",
  frame: (data: string) => data,
  last: (code: number) => ` last ${code}`,
  heartbeat: { text: ": here\n\n", everyMs: 15_000 },
};

function streaming() {
  const inner = new Inner();
  const stream = streamOf(inner as unknown as WebSocket, writing);
  const reader = stream.getReader();
  const read = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { inner, reader, read };
}

afterEach(() => void vi.useRealTimers());

describe("[SSE6] The relay must keep an SSE connection open with a comment every 15 s, and must close it at 4 MiB unread", () => {
  it("sends a comment every 15 s, and nothing after the end", async () => {
    vi.useFakeTimers();
    const { inner, read } = streaming();
    expect(await read()).toBe("first ");
    vi.advanceTimersByTime(30_000);
    expect(await read()).toBe(": here\n\n");
    expect(await read()).toBe(": here\n\n");
    inner.dispatchEvent(Object.assign(new Event("close"), { code: 1000, reason: "" }));
    vi.advanceTimersByTime(30_000);
    expect(await read()).toBe(" last 1000");
    expect(await read()).toBe(undefined);
  });

  it("closes at 4 MiB unread", () => {
    const { inner } = streaming();
    for (let at = 0; at < 5; at++) inner.say("x".repeat(1024 * 1024));
    expect(inner.closed).toBe(1013);
  });

  it("[SSE7] ends a stream that is not read for 30 s, and none that is read slowly", async () => {
    vi.useFakeTimers();
    const unread = streaming();
    vi.advanceTimersByTime(29_999);
    expect(unread.inner.closed).toBeUndefined();
    vi.advanceTimersByTime(15_001);
    expect(unread.inner.closed).toBe(1013);
    const slow = streaming();
    for (let at = 0; at < 10; at++) {
      slow.inner.say("word ");
      vi.advanceTimersByTime(15_000);
      await slow.read();
    }
    expect(slow.inner.closed).toBeUndefined();
    vi.advanceTimersByTime(45_000);
    expect(slow.inner.closed).toBe(1013);
  });

  it("reports a client that disconnects as having left", async () => {
    const { inner, reader } = streaming();
    await reader.cancel();
    await eventually(() => expect(inner.closed).toBe(1000));
  });
});
