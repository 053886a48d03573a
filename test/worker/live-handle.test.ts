import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encryptHandle } from "../../src/access/resumption-handle.ts";
import { agents } from "../../src/agents/index.ts";
import { readConfig } from "../../src/config.ts";
import {
  connectLive,
  connectedLive,
  method,
  model,
  liveConversation,
  setupComplete,
} from "./live-client.ts";

describe("[LIVE9] a client returns to its conversation by a handle of parley's", () => {
  it("issued on request; resumes from any address and hides Google's handle", async () => {
    const { client, upstream, object } = await connectedLive("assistant", {
      sessionResumption: {},
    });
    const update = await client.next((message) => message["sessionResumptionUpdate"]);
    expect(update).toEqual({
      sessionResumptionUpdate: { newHandle: expect.any(String), resumable: true },
    });
    const handle = update["sessionResumptionUpdate"].newHandle as string;
    expect(handle).not.toContain("assistant");
    client.close();
    // The address names no conversation: the object behind it forwards the frames to the right one.
    const again = await connectLive(`//${method}?key=x`);
    again.send({ setup: { model, sessionResumption: { handle } } });
    again.send({ realtimeInput: { text: "Still there?" } });
    await again.next(setupComplete);
    while (upstream.received.length < 2) await scheduler.wait(1);
    expect(JSON.stringify(upstream.received[1])).toContain("Still there?");
    await upstream.send({ serverContent: { modelTurn: { parts: [{ text: "Yes" }] } } });
    expect(await again.next(({ serverContent }) => serverContent)).toMatchObject({
      serverContent: { modelTurn: { parts: [{ text: "Yes" }] } },
    });
    again.close();
    await env.CONVERSATION.getByName(object).delete();
  });

  it.each([
    ["made up", "nonsense"],
    ["of another conversation, where the address names one", "other"],
  ])("a handle that is %s leads nowhere", async (_, which) => {
    const { client } = await connectedLive("assistant", { sessionResumption: {} });
    const { sessionResumptionUpdate } = await client.next(
      (message) => message["sessionResumptionUpdate"],
    );
    const { connect } = liveConversation();
    const lia = await connect();
    const handle = which === "other" ? sessionResumptionUpdate.newHandle : which;
    lia.send({ setup: { model, sessionResumption: { handle } } });
    expect(await lia.untilClosed()).toEqual({
      code: 1008,
      reason: "BidiGenerateContent session not found",
    });
  });
});

it("[LIVE9] a forged handle leads to no conversation that no address names", async () => {
  // Without AUTH_SECRET the key is no secret.
  const auth = readConfig(env, agents).auth;
  for (const user of ["*", "a/b", "google.x"]) {
    const handle = await encryptHandle(auth, JSON.stringify(["assistant", user, "x"]), Date.now());
    const lia = await connectLive(`//${method}?key=x`);
    lia.send({ setup: { model, sessionResumption: { handle } } });
    expect((await lia.untilClosed()).reason).toContain("session not found");
  }
});

it("[LIMIT36] a client that resumes a conversation of another object has its address there", async () => {
  const { client, object } = await connectedLive("assistant", { sessionResumption: {} });
  const update = await client.next((message) => message["sessionResumptionUpdate"]);
  const handle = update["sessionResumptionUpdate"].newHandle as string;
  client.close();
  const again = await connectLive(`//${method}?key=x`, { "cf-connecting-ip": "203.0.113.36" });
  again.send({ setup: { model, sessionResumption: { handle } } });
  await again.next(setupComplete);
  const addresses = await runInDurableObject(env.CONVERSATION.getByName(object), (_, state) =>
    state
      .getWebSockets()
      .map((socket) => (socket.deserializeAttachment() as { address?: string }).address),
  );
  expect(addresses).toContain("203.0.113.36");
  again.close();
  await env.CONVERSATION.getByName(object).delete();
});
