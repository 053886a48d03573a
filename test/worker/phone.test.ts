import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { migratedName } from "../../src/placement.ts";
import app from "../../src/index.ts";
import { Client } from "./client.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { connectNative } from "./native.ts";
import { audioMessage as answer } from "./native-conversation.ts";
import {
  newCaller,
  connect,
  openStream,
  fetchInvitation,
  publicUrl,
  requestTwiml,
  sign,
  startMessage,
  streamIn,
  phoneConversation,
  until,
  voiceFrames,
  describeProviders,
} from "./phone.ts";
import { setUpstream, setClock, setLimits, FakeUpstreams } from "./upstreams.ts";

/** The next message of a kind that Twilio receives. */
const nextOf = (phone: Client, event: string) =>
  phone.next((each) => (each as unknown as { event: string }).event === event);

describeProviders((name) => {
  describe("[PHONE27] a caller without a number is a user of this call alone", () => {
    const userOf = async (from: string, call: string) => {
      const form = { AccountSid: "AC1", CallSid: call, From: from, To: "+14155550199" };
      const { stream } = streamIn(await (await requestTwiml(form)).text());
      return decodeURIComponent(stream.split("/").at(-2) ?? "");
    };

    it.each(["anonymous", "+266696687", "sip:anonymous@anonymous.invalid", ""])(
      "two calls from %j have two users",
      async (from) => {
        const [first, second] = [newCaller(from).call, newCaller(from).call];
        expect(await userOf(from, first)).toBe(`call:${first}`);
        expect(await userOf(from, second)).toBe(`call:${second}`);
      },
    );

    it("addresses that differ have different users", async () => {
      const users = new Set<string>();
      for (const from of ["client:Ünal", "client:Önal", "client:_nal", `client:${"x".repeat(200)}`])
        users.add(await userOf(from, newCaller().call));
      expect(users.size).toBe(4);
    });

    it("the address of a webhook names a user only where the provider signs it", async () => {
      const { call, form } = newCaller("+14155550100");
      const query = "?outbound=1&user=ann&session=one&agent=assistant";
      const { stream } = streamIn(await (await requestTwiml(form, { query })).text());
      const named = stream.split("/").slice(-2).map(decodeURIComponent);
      expect(named).toEqual(name === "telnyx" ? ["+14155550100", call] : ["ann", "one"]);
    });

    it("an address that is longer differs at its end", async () => {
      const long = `client:${"x".repeat(200)}`;
      expect(await userOf(`${long}a`, newCaller().call)).not.toBe(
        await userOf(`${long}b`, newCaller().call),
      );
    });
  });

  describe("[PHONE7] only Twilio is admitted, with the token of that phone call, once", () => {
    it("refuses an unsigned webhook or stream with 403", async () => {
      const caller = newCaller();
      expect((await requestTwiml(caller.form, { signature: "AAAA" })).status).toBe(403);
      // Telnyx and Plivo sign no stream: its token is the proof.
      if (name !== "twilio") return;
      const { stream } = await fetchInvitation(caller);
      expect((await connect(stream, "AAAA")).status).toBe(403);
      const asHttps = await sign(stream.replace(/^wss/, "https"));
      expect((await connect(stream, asHttps)).status).toBe(403);
      const refusal = await (await connect(stream, "AAAA")).json<{ message: string }>();
      expect(refusal.message).toMatch(/TWILIO_AUTH_TOKEN.*PUBLIC_URL/);
    });

    it("without the settings, answers no phone call and reports the setting", async () => {
      const setting = name === "telnyx" ? "TELNYX_PUBLIC_KEY" : `${name.toUpperCase()}_AUTH_TOKEN`;
      const request = new Request(`https://parley.test/${name}/voice`, { method: "POST" });
      const response = await app.fetch(request, { ...env, [setting]: "" });
      expect(response.status).toBe(503);
      expect(await response.text()).toContain(`${setting} is not set`);
    });

    it.each(["", "another"])(
      "closes a stream with the token %j without connecting to a model",
      async (token) => {
        const { phone, models } = await openStream(newCaller(), token);
        expect(await phone.untilClosed()).toMatchObject({ code: 1008 });
        expect(models.all).toHaveLength(0);
      },
    );

    it("refuses the token of another phone call, and its own token twice", async () => {
      const [ann, bob] = [newCaller(), newCaller()];
      const { token } = await fetchInvitation(ann);
      const { phone } = await openStream(bob, token);
      expect((await phone.untilClosed()).code).toBe(1008);
      const first = await openStream(ann);
      await until(() => first.models.all.length > 0);
      expect((await connect(first.invitation.stream)).status).toBe(403);
      expect(first.phone.closed).toBeUndefined();
    });

    it("refuses another phone call with this one's address and token", async () => {
      const caller = newCaller();
      const { stream, token } = await fetchInvitation(caller);
      const { webSocket } = await connect(stream);
      const phone = new Client(webSocket!);
      phone.send(startMessage({ call: "CAanother" }, "MZ1", token));
      expect((await phone.untilClosed()).code).toBe(1008);
      expect(caller.models.all).toHaveLength(0);
    });

    it("closes a stream that does not start after five seconds", async () => {
      const caller = newCaller();
      const { clock } = scriptedPorts();
      setClock(caller.object, clock);
      const { stream } = await fetchInvitation(caller);
      const { webSocket } = await connect(stream);
      const phone = new Client(webSocket!);
      phone.send({ event: "connected", protocol: "Call", version: "1.0.0" });
      phone.send([...voiceFrames(20)][0]!);
      await runInDurableObject(env.CONVERSATION.getByName(caller.object), () =>
        clock.advance(5_000),
      );
      expect((await phone.untilClosed()).code).toBe(1008);
      expect(caller.models.all).toHaveLength(0);
    });
  });

  describe("[PHONE28] a stream that no webhook announced changes nothing", () => {
    const streamOf = ({ form, call }: ReturnType<typeof newCaller>) =>
      `${publicUrl.replace(/^http/, "ws")}/${name}/stream/assistant/${form.From}/${call}`;

    it("is refused, and does not count as a conversation of the user", async () => {
      const user = `+1415555${String(Math.random()).slice(2, 9)}`;
      for (let each = 0; each < 3; each++) {
        const caller = newCaller(user);
        setLimits(caller.object, { newConversations: 1 });
        const refused = await connect(streamOf(caller));
        expect(refused.status).toBe(403);
        expect(await refused.json()).toMatchObject({ code: "NOT_ALLOWED" });
      }
      const caller = newCaller(user);
      setLimits(caller.object, { newConversations: 1 });
      await phoneConversation(caller);
    });

    it("opens no stream beside a call, and the call goes on", async () => {
      const { phone, model, invitation } = await phoneConversation();
      expect((await connect(invitation.stream)).status).toBe(403);
      for (const frame of voiceFrames(200)) phone.send(frame);
      await model.until(({ received }) => JSON.stringify(received).includes("audio/pcm"));
    });

    it("one that is expected and sends `stop` before its `start` ends nothing", async () => {
      const caller = newCaller();
      const { stream, token } = await fetchInvitation(caller);
      const early = new Client((await connect(stream)).webSocket!);
      early.send({ event: "stop", stop: { callSid: caller.call } });
      expect((await early.untilClosed()).code).toBe(1008);
      const phone = new Client((await connect(stream)).webSocket!);
      phone.send(startMessage(caller, "MZ1", token));
      await until(() => caller.models.all.length > 0);
    });

    it("one that was announced over a minute ago is refused", async () => {
      const caller = newCaller();
      const { clock } = scriptedPorts();
      setClock(caller.object, clock);
      const { stream } = await fetchInvitation(caller);
      await runInDurableObject(env.CONVERSATION.getByName(caller.object), () =>
        clock.advance(60_000),
      );
      expect((await connect(stream)).status).toBe(403);
    });
  });

  describe("[PHONE11] the phone call ends with the conversation, and the conversation with the phone call", () => {
    it("the caller hangs up: the others receive the reason and stay connected", async () => {
      const { phone, model, path } = await phoneConversation();
      const { client: eve } = await connectNative(path);
      await eve.hello();
      phone.send({ event: "stop", stop: { callSid: "CA" } });
      const left = await eve.next("presence", ({ change }) => change === "left");
      expect(left.reason).toBe("The caller hung up.");
      expect((await phone.untilClosed()).code).toBe(1000);
      expect(model.closed).toBeUndefined();
    });

    it("with no other client, the upstream connection closes at once and the phone call does not return", async () => {
      const { phone, model, form } = await phoneConversation();
      phone.send({ event: "stop" });
      await until(() => model.closed !== undefined);
      const twiml = await requestTwiml(form, { query: "?again=1&agent=assistant" });
      expect(await twiml.text()).toContain("<Hangup/>");
    });

    it("an operator ends it: the stream closes, and Twilio receives Hangup", async () => {
      const { phone, form, path } = await phoneConversation();
      const { client: eve } = await connectNative(`${path}&role=operator`);
      await eve.hello({ role: "operator" });
      eve.send({ type: "end" });
      expect((await phone.untilClosed()).code).toBe(1000);
      const twiml = await requestTwiml(form, { query: "?again=1&agent=assistant" });
      expect(await twiml.text()).toContain("<Hangup/>");
    });

    it("[ROLE11] an operator removes the caller: the call is over", async () => {
      const { phone, form, path } = await phoneConversation();
      const { client: eve } = await connectNative(`${path}&role=operator`);
      const { participants, you } = await eve.hello({ role: "operator" });
      eve.send({ type: "remove", who: participants.find(({ id }) => id !== you)?.id ?? "" });
      await phone.untilClosed();
      const twiml = await requestTwiml(form, { query: "?again=1&agent=assistant" });
      expect(await twiml.text()).toContain("<Hangup/>");
    });

    it("deleting a conversation ends the phone call", async () => {
      const { phone, object, form } = await phoneConversation();
      await env.CONVERSATION.getByName(object).delete();
      expect((await phone.untilClosed()).code).toBe(1000);
      const twiml = await requestTwiml(form, { query: "?again=1&agent=assistant" });
      expect(await twiml.text()).toContain("<Hangup/>");
    });

    it("a phone call does not return if it was ended after a migration", async () => {
      const { phone, model, form, object, path } = await phoneConversation();
      const there = new FakeUpstreams();
      setUpstream(migratedName(object) ?? "", there.answer);
      await model.close(1007, "User location is not supported for the API use.");
      expect((await phone.untilClosed()).code).toBe(1012);
      const again = await requestTwiml(form, { query: "?again=1&agent=assistant" });
      expect(await again.text()).toContain("<Stream");
      const { client: eve } = await connectNative(`${path}&role=operator`);
      await eve.hello({ role: "operator" });
      eve.send({ type: "end" });
      expect((await eve.untilClosed()).code).toBe(1000);
      const ended = await requestTwiml(form, { query: "?again=2&agent=assistant" });
      expect(await ended.text()).toContain("<Hangup/>");
    });

    it("[ROLE10] a caller whom an operator has muted is muted in the call's next stream", async () => {
      const caller = await phoneConversation();
      const { client: eve } = await connectNative(`${caller.path}&role=operator`);
      const { participants, you } = await eve.hello({ role: "operator" });
      const who = participants.find(({ id }) => id !== you)?.id ?? "";
      eve.send({ type: "mute", on: true, who });
      await eve.next("presence", ({ change }) => change === "muted");
      caller.phone.close(1001);
      await eve.next("presence", ({ change }) => change === "left");
      const { stream, token } = await fetchInvitation(
        caller,
        new URL(caller.invitation.afterwards).search,
      );
      const { webSocket } = await connect(stream);
      const phone = new Client(webSocket!);
      phone.send(startMessage(caller, "MZagain", token));
      const { participant } = await eve.next(
        "presence",
        (frame) => frame.change === "joined" && frame.participant.id !== you,
      );
      expect(participant.muted).toBe("operator");
    });

    it("a broken stream returns to the same conversation, five times at most", async () => {
      const caller = await phoneConversation();
      await caller.model.send({ sessionResumptionUpdate: { newHandle: "h1", resumable: true } });
      caller.phone.close(1001);
      expect(caller.invitation.afterwards).toBe(
        `${publicUrl}/${name}/voice?again=1&agent=assistant`,
      );
      const query = new URL(caller.invitation.afterwards).search;
      const { stream, token, afterwards } = await fetchInvitation(caller, query);
      expect(new URL(afterwards).search).toBe("?again=2&agent=assistant");
      const { webSocket } = await connect(stream);
      const phone = new Client(webSocket!);
      phone.send(startMessage(caller, "MZagain", token));
      await caller.model.send(answer(24_000));
      await nextOf(phone, "media");
      const last = await requestTwiml(caller.form, { query: "?again=6&agent=assistant" });
      expect(await last.text()).toContain("<Hangup/>");
    });
  });
});
