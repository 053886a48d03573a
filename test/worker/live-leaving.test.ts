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
import { connectNative, pathOf, type NativeClient } from "./native.ts";

type Hold = (object: unknown, state: DurableObjectState) => Promise<void>;

/** An object that answers nobody until it is let go. */
async function busy(enter: (hold: Hold) => Promise<void>): Promise<() => void> {
  const door = { shut: false, open: false };
  void enter((_, state) =>
    state.blockConcurrencyWhile(async () => {
      door.shut = true;
      while (!door.open) await scheduler.wait(1);
    }),
  );
  while (!door.shut) await scheduler.wait(1);
  return () => void (door.open = true);
}

/** How many of a conversation's people came in while somebody looked on. */
async function joinedUntil(nat: NativeClient, enter: () => Promise<void>): Promise<number> {
  const { you } = await nat.hello();
  const before = nat.of("presence").length;
  await enter();
  await nat.hello();
  return nat
    .of("presence")
    .slice(before)
    .filter(({ change, participant }) => change === "joined" && participant.id !== you).length;
}

/** Gone while she is judged: earlier, she would be turned away for less. */
async function leaves(client: LiveClient): Promise<void> {
  await scheduler.wait(20);
  client.close();
  await client.untilClosed();
}

async function ticketFor(path: string): Promise<string> {
  const response = await exports.default.fetch(
    new Request(`https://parley.test${path}/v1alpha/auth_tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uses: 0 }),
    }),
  );
  return (await response.json<{ name: string }>()).name;
}

const ticketObject = (name: string) => {
  const { jti } = JSON.parse(atob(name.split(".")[1] ?? "")) as { jti: string };
  return env.TICKET.getByName(jti);
};

describe("[LIVE25] a client that leaves before its handle or ephemeral token is resolved does not join", () => {
  it("with an ephemeral token", async () => {
    const { object, path } = await connectedLive();
    const { client: nat } = await connectNative(pathOf(object));
    const name = await ticketFor(path);
    const enter = () => connectLive(`${path}/${method}?key=${name}`);
    const count = await joinedUntil(nat, async () => {
      const letGo = await busy((hold) => runInDurableObject(ticketObject(name), hold));
      const lia = await enter();
      lia.send({ setup: { model } });
      await leaves(lia);
      letGo();
      // Asks the same ticket, after her.
      const bob = await enter();
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
    const enter = async () => {
      const somebody = await connectLive(`//${method}?key=x`);
      somebody.send({ setup: { model, sessionResumption: { handle } } });
      return somebody;
    };
    const count = await joinedUntil(nat, async () => {
      const letGo = await busy((hold) =>
        runInDurableObject(env.CONVERSATION.getByName(object), hold),
      );
      const lia = await enter();
      await leaves(lia);
      letGo();
      const bob = await enter();
      await bob.next(setupComplete);
      bob.close();
    });
    expect(count).toBe(1);
    await env.CONVERSATION.getByName(object).delete();
  });
});

describe("[LIVE26] input sent while a handle or ephemeral token is resolved is bounded", () => {
  it.each([
    ["a frame over 1 MiB", [`{"x":"${"a".repeat(1024 * 1024)}"}`], "1048576"],
    ["4 MiB in all", Array.from({ length: 5 }, () => new ArrayBuffer(1_000_000)), "Too much"],
    ["500 frames", Array.from({ length: 501 }, () => "{}"), "Too much"],
  ])(
    "beyond %s its sender receives an error, and the others stay connected",
    async (_, frames, words) => {
      const { object, path } = await connectedLive();
      const { client: nat } = await connectNative(pathOf(object));
      await nat.hello();
      const name = await ticketFor(path);
      const letGo = await busy((hold) => runInDurableObject(ticketObject(name), hold));
      const lia = await connectLive(`${path}/${method}?key=${name}`);
      lia.send({ setup: { model } });
      for (const frame of frames) lia.send(frame);
      const { code, reason } = await lia.untilClosed();
      letGo();
      expect([code, reason]).toEqual([1009, expect.stringContaining(words)]);
      expect((await nat.hello()).participants).toHaveLength(2);
    },
  );
});
