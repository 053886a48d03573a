import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import app from "../../src/index.ts";
import { Client } from "./client.ts";
import { scripted } from "../support/scripted.ts";
import { knock } from "./native.ts";
import { over, says, voice as answer } from "./native-talk.ts";
import {
  caller,
  connect,
  dialledIn,
  invited,
  publicUrl,
  ring,
  sign,
  start,
  talking,
  toldTo,
  until,
  voice,
} from "./phone.ts";
import { clockedBy } from "./upstreams.ts";

/** The next message that Twilio is told of a kind. */
const told = (phone: Client, event: string) =>
  phone.next((each) => (each as unknown as { event: string }).event === event);

describe("[PHONE7] only Twilio gets in, with the token of the very call, once", () => {
  it("a webhook or a stream that is not signed is refused with 403", async () => {
    const who = caller();
    expect((await ring(who.form, { signature: "AAAA" })).status).toBe(403);
    const { stream } = await invited(who);
    expect((await connect(stream, "AAAA")).status).toBe(403);
    const asHttps = await sign(stream.replace(/^wss/, "https"));
    expect((await connect(stream, asHttps)).status).toBe(403);
    const spoken = await (await connect(stream, "AAAA")).json<{ message: string }>();
    expect(spoken.message).toMatch(/TWILIO_AUTH_TOKEN.*PUBLIC_URL/);
  });

  it("without the settings no telephone is answered, which is said", async () => {
    const request = new Request("https://parley.test/twilio/voice", { method: "POST" });
    const response = await app.fetch(request, { ...env, TWILIO_AUTH_TOKEN: "" });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("TWILIO_AUTH_TOKEN is not set");
  });

  it.each(["", "another"])(
    "a stream with the token %j is closed, and no model dialled",
    async (token) => {
      const { phone, models } = await dialledIn(caller(), token);
      expect(await phone.untilClosed()).toMatchObject({ code: 1008 });
      expect(models.all).toHaveLength(0);
    },
  );

  it("nor with the token of another call, nor twice with its own", async () => {
    const [ann, bob] = [caller(), caller()];
    const { token } = await invited(ann);
    const { phone } = await dialledIn(bob, token);
    expect((await phone.untilClosed()).code).toBe(1008);
    const first = await dialledIn(ann);
    await until(() => first.models.all.length > 0);
    const { webSocket } = await connect(first.invitation.stream);
    const second = new Client(webSocket!);
    second.say(start(ann, "MZ2", first.invitation.token));
    expect((await second.untilClosed()).code).toBe(1008);
    expect(first.phone.closed).toBeUndefined();
  });

  it("a stream that does not start is closed after five seconds", async () => {
    const who = caller();
    const { clock } = scripted();
    clockedBy(who.object, clock);
    const { stream } = await invited(who);
    const { webSocket } = await connect(stream);
    const phone = new Client(webSocket!);
    phone.say({ event: "connected", protocol: "Call", version: "1.0.0" });
    phone.say([...voice(20)][0]!);
    await runInDurableObject(env.CONVERSATION.getByName(who.object), () => clock.advance(5_000));
    expect((await phone.untilClosed()).code).toBe(1008);
    expect(who.models.all).toHaveLength(0);
  });
});

describe("[PHONE8] a caller speaks and hears in a conversation that others are in", () => {
  it("the caller is the user, the call is the session, and their voice reaches the model at 16 kHz", async () => {
    const { phone, model, path } = await talking();
    const { client: eve } = await knock(path);
    expect((await eve.hello()).participants).toHaveLength(2);
    for (const frame of voice(200)) phone.say(frame);
    await until(() => model.heard.length > 10);
    const [first] = model.heard.slice(1).map((each) => JSON.stringify(each));
    expect(first).toContain('"mimeType":"audio/pcm;rate=16000"');
    const bytes = model.heard.slice(1, 11).flatMap((each) => {
      const { realtimeInput } = each as { realtimeInput: { audio: { data: string } } };
      return [...Uint8Array.fromBase64(realtimeInput.audio.data)];
    });
    // 200 ms at 16 kHz.
    expect(bytes).toHaveLength(6_400);
    const { change, participant } = await eve.next(
      "presence",
      ({ change }) => change === "speaking",
    );
    expect([change, participant.role]).toEqual(["speaking", "speaker"]);
  });

  it("the answer comes as µ-law in frames of 20 ms, with marks, and all of it", async () => {
    const { phone, model, stream } = await talking();
    await model.say(answer(24_000), answer(1_000), over);
    await told(phone, "media");
    await phone.next((each) => (each as { mark?: { name: string } }).mark?.name === "1:1060");
    const all = toldTo(phone);
    const sounds = all.flatMap(({ media }) => media?.payload ?? []);
    expect(sounds.every((payload) => Uint8Array.fromBase64(payload).length === 160)).toBe(true);
    // 25 000 samples of 24 kHz, and the filter's tail, in whole frames.
    expect(sounds).toHaveLength(53);
    expect(all.flatMap(({ mark }) => mark?.name ?? [])).toEqual([
      "1:200",
      "1:400",
      "1:600",
      "1:800",
      "1:1000",
      "1:1060",
    ]);
    expect(new Set(all.map(({ streamSid }) => streamSid))).toEqual(new Set([stream]));
  });

  it("sound that is missing is made up for by silence, a second at most; what comes late changes nothing", async () => {
    const { phone, model } = await talking();
    const at = (from: number) => [...voice(20, { from })][0]!;
    for (const from of [0, 20, 240, 10_000, 60]) phone.say(at(from));
    const samples = () =>
      model.heard.slice(1).reduce((sum, each) => {
        const { realtimeInput } = each as { realtimeInput: { audio?: { data: string } } };
        return sum + Uint8Array.fromBase64(realtimeInput.audio?.data ?? "").length / 2;
      }, 0);
    await until(() => model.heard.length > 5);
    expect(samples()).toBe((5 * 20 + 200 + 1_000) * 16);
  });
});

describe("[PHONE9] a caller who interrupts is obeyed at once, and the log knows how much they heard", () => {
  it("clear is the next frame out, nothing of that answer follows, and its late marks tell nothing", async () => {
    const { phone, model, path } = await talking();
    const { client: eve } = await knock(path);
    await eve.hello();
    await model.say(...Array.from({ length: 12 }, () => answer(24_000)), says("Once upon a time"));
    await told(phone, "mark");
    phone.say({ event: "mark", mark: { name: "1:400" } });
    phone.say({ event: "mark", mark: { name: "nobody's" } });
    for (const frame of voice(60)) phone.say(frame);
    await until(() => model.heard.length > 3);
    const before = phone.frames.length;
    await model.say({ serverContent: { interrupted: true } });
    await told(phone, "clear");
    phone.say({ event: "mark", mark: { name: "1:600" } });
    await model.say(over, answer(4_800), over);
    await phone.next((each) => (each as { mark?: { name: string } }).mark?.name === "3:220");
    const after = toldTo(phone).slice(before);
    const cut = after.findIndex(({ event }) => event === "clear");
    const later = after.slice(cut + 1);
    expect(later.filter(({ event }) => event === "media")).toHaveLength(11);
    expect(later.flatMap(({ mark }) => mark?.name ?? [])).toEqual(["3:200", "3:220"]);
    const { event } = await eve.event(({ interrupted }) => interrupted === true);
    expect(event.customMetadata).toMatchObject({ heardMs: 400, cutBy: expect.any(String) });
  });
});

describe("[PHONE10] keys that are pressed are events for everybody, and together words for the model", () => {
  it("up to # or a pause", async () => {
    const { phone, model, path } = await talking();
    const { client: eve } = await knock(path);
    await eve.hello();
    for (const digit of "42#")
      phone.say({ event: "dtmf", dtmf: { track: "inbound_track", digit } });
    await until(() => model.heard.length > 1);
    expect(JSON.stringify(model.heard.slice(1))).toContain(
      "[The caller pressed 42# on the phone.]",
    );
    const pressed = eve.event(({ customMetadata }) => customMetadata?.["dtmf"] !== undefined);
    expect((await pressed).event).toMatchObject({ author: "user", customMetadata: { dtmf: "4" } });
  });
});

describe("[PHONE11] the call ends when the conversation does, and the other way round", () => {
  it("the caller hangs up: others are told why, and stay", async () => {
    const { phone, model, path } = await talking();
    const { client: eve } = await knock(path);
    await eve.hello();
    phone.say({ event: "stop", stop: { callSid: "CA" } });
    const left = await eve.next("presence", ({ change }) => change === "left");
    expect(left.reason).toBe("The caller hung up.");
    expect((await phone.untilClosed()).code).toBe(1000);
    expect(model.closed).toBeUndefined();
  });

  it("with nobody else there the model is hung up at once, and the call does not come back", async () => {
    const { phone, model, form } = await talking();
    phone.say({ event: "stop" });
    await until(() => model.closed !== undefined);
    const twiml = await ring(form, { query: "?again=1&agent=assistant" });
    expect(await twiml.text()).toContain("<Hangup/>");
  });

  it("an operator ends it: the stream is closed, and Twilio is told to hang up", async () => {
    const { phone, form, path } = await talking();
    const { client: eve } = await knock(`${path}&role=operator`);
    await eve.hello({ role: "operator" });
    eve.say({ type: "end" });
    expect((await phone.untilClosed()).code).toBe(1000);
    const twiml = await ring(form, { query: "?again=1&agent=assistant" });
    expect(await twiml.text()).toContain("<Hangup/>");
  });

  it("a stream that broke is led back to the same conversation, five times at most", async () => {
    const who = await talking();
    await who.model.say({ sessionResumptionUpdate: { newHandle: "h1", resumable: true } });
    who.phone.close(1001);
    expect(who.invitation.afterwards).toBe(`${publicUrl}/twilio/voice?again=1&agent=assistant`);
    const query = new URL(who.invitation.afterwards).search;
    const { stream, token, afterwards } = await invited(who, query);
    expect(new URL(afterwards).search).toBe("?again=2&agent=assistant");
    const { webSocket } = await connect(stream);
    const phone = new Client(webSocket!);
    phone.say(start(who, "MZagain", token));
    await who.model.say(answer(24_000));
    await told(phone, "media");
    const last = await ring(who.form, { query: "?again=6&agent=assistant" });
    expect(await last.text()).toContain("<Hangup/>");
  });
});

describe("[PHONE12] what goes wrong in a call closes nothing that could go on", () => {
  it("frames that are none, and what the caller may not know", async () => {
    const { phone, model } = await talking();
    for (const frame of ["", "{", '{"event":"media"}', '{"event":"later"}']) phone.say(frame);
    phone.say(new ArrayBuffer(7));
    await model.say({ serverContent: { turnComplete: true } });
    for (const frame of voice(40)) phone.say(frame);
    await until(() => model.heard.length > 1);
    expect(phone.closed).toBeUndefined();
    expect(toldTo(phone)).toEqual([]);
  });
});
