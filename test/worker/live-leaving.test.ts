import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  connectLive,
  connectedLive,
  method,
  model,
  setupComplete,
  type LiveClient,
} from "./live-client.ts";
import { tone } from "../support/scripted.ts";
import { connectNative, pathOf, type NativeClient } from "./native.ts";

type Blocker = (object: unknown, state: DurableObjectState) => Promise<void>;

/** Blocks an object. @returns a function that unblocks it. */
async function block(run: (blocker: Blocker) => Promise<void>): Promise<() => void> {
  const gate = { closed: false, released: false };
  void run((_, state) =>
    state.blockConcurrencyWhile(async () => {
      gate.closed = true;
      while (!gate.released) await scheduler.wait(1);
    }),
  );
  while (!gate.closed) await scheduler.wait(1);
  return () => void (gate.released = true);
}

/** The number of joins that a native client sees during an action. */
async function countJoins(nat: NativeClient, action: () => Promise<void>): Promise<number> {
  const { you } = await nat.hello();
  const before = nat.of("presence").length;
  await action();
  await nat.hello();
  return nat
    .of("presence")
    .slice(before)
    .filter(({ change, participant }) => change === "joined" && participant.id !== you).length;
}

/** Leaves while the relay resolves the handle or token: an earlier close would end the connection before that. */
async function leave(client: LiveClient): Promise<void> {
  await scheduler.wait(20);
  client.close();
  await client.untilClosed();
}

async function createToken(path: string): Promise<string> {
  const response = await exports.default.fetch(
    new Request(`https://parley.test${path}/v1alpha/auth_tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uses: 0 }),
    }),
  );
  return (await response.json<{ name: string }>()).name;
}

const tokenObject = (name: string) => {
  const { jti } = JSON.parse(atob(name.split(".")[1] ?? "")) as { jti: string };
  return env.EPHEMERAL_TOKENS.getByName(jti);
};

describe("[LIVE25] a client that leaves before its handle or ephemeral token is resolved does not join", () => {
  it("with an ephemeral token", async () => {
    const { object, path } = await connectedLive();
    const { client: nat } = await connectNative(pathOf(object));
    const name = await createToken(path);
    const connectClient = () => connectLive(`${path}/${method}?key=${name}`);
    const count = await countJoins(nat, async () => {
      const release = await block((blocker) => runInDurableObject(tokenObject(name), blocker));
      const lia = await connectClient();
      lia.send({ setup: { model } });
      await leave(lia);
      release();
      // Uses the same token after the client that left.
      const bob = await connectClient();
      bob.send({ setup: { model } });
      await bob.next(setupComplete);
    });
    expect(count).toBe(1);
  });

  it("with a handle of another conversation", async () => {
    const { object, client } = await connectedLive("assistant", { sessionResumption: {} });
    const update = await client.next((message) => message["sessionResumptionUpdate"]);
    const handle = update["sessionResumptionUpdate"].newHandle as string;
    const { client: nat } = await connectNative(pathOf(object));
    const connectClient = async () => {
      const client = await connectLive(`//${method}?key=x`);
      client.send({ setup: { model, sessionResumption: { handle } } });
      return client;
    };
    const count = await countJoins(nat, async () => {
      const release = await block((blocker) =>
        runInDurableObject(env.CONVERSATION.getByName(object), blocker),
      );
      const lia = await connectClient();
      await leave(lia);
      release();
      const bob = await connectClient();
      await bob.next(setupComplete);
      bob.close();
    });
    expect(count).toBe(1);
    await env.CONVERSATION.getByName(object).delete();
  });
});

/** 10 ms, and a message each: more than the rate limit lets pass at once. */
const speech = {
  realtimeInput: {
    audio: {
      data: new Uint8Array(tone(10).buffer).toBase64(),
      mimeType: "audio/pcm;rate=16000",
    },
  },
};

describe("[LIVE26] input sent while a handle or ephemeral token is resolved is bounded", () => {
  it.each([
    ["a frame over 1 MiB", [`{"x":"${"a".repeat(1024 * 1024)}"}`], "1048576"],
    ["4 MiB in all", Array.from({ length: 5 }, () => new ArrayBuffer(1_000_000)), "Too much"],
    ["500 frames", Array.from({ length: 501 }, () => "{}"), "Too much"],
  ])(
    "beyond %s its sender receives an error, and the others stay connected",
    async (_, frames, expected) => {
      const { object, path } = await connectedLive();
      const { client: nat } = await connectNative(pathOf(object));
      await nat.hello();
      const name = await createToken(path);
      const release = await block((blocker) => runInDurableObject(tokenObject(name), blocker));
      const lia = await connectLive(`${path}/${method}?key=${name}`);
      lia.send({ setup: { model } });
      for (const frame of frames) lia.send(frame);
      const { code, reason } = await lia.untilClosed();
      release();
      expect([code, reason]).toEqual([1009, expect.stringContaining(expected)]);
      expect((await nat.hello()).participants).toHaveLength(2);
    },
  );

  it("within the bounds all of it is processed, at once and more than the rate limit lets pass", async () => {
    const { path, upstream } = await connectedLive();
    const name = await createToken(path);
    const release = await block((blocker) => runInDurableObject(tokenObject(name), blocker));
    const lia = await connectLive(`${path}/${method}?key=${name}`);
    lia.send({ setup: { model } });
    for (let at = 0; at < 399; at++) lia.send(speech);
    lia.send({ clientContent: { turns: [{ role: "user", parts: [{ text: "the end" }] }] } });
    await scheduler.wait(100);
    release();
    await lia.next(setupComplete);
    while (!JSON.stringify(upstream.received.at(-1)).includes("the end")) await scheduler.wait(1);
    expect(upstream.received).toHaveLength(401);
    expect(JSON.stringify(lia.messages)).not.toContain("TOO_MANY_FRAMES");
  });
});
