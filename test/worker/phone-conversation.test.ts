import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Client } from "./client.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { protocols, type ProtocolClient } from "./protocols.ts";
import { connectNative } from "./native.ts";
import {
  turnCompleteMessage,
  transcriptMessage,
  audioMessage as answer,
} from "./native-conversation.ts";
import {
  newCaller,
  fetchInvitation,
  phoneConversation,
  messagesTo,
  until,
  voiceFrames,
  describeProviders,
} from "./phone.ts";
import { rest, sessionsPath } from "./rest.ts";
import { setClock } from "./upstreams.ts";

/** The next message of a kind that Twilio receives. */
const nextOf = (phone: Client, event: string) =>
  phone.next((each) => (each as unknown as { event: string }).event === event);

describeProviders(() => {
  describe("[PHONE8] a caller speaks and listens in a conversation with other participants", () => {
    it("the caller is the user, the phone call is the session, and the voice reaches the model at 16 kHz", async () => {
      const { phone, model, path } = await phoneConversation();
      const { client: eve } = await connectNative(path);
      expect((await eve.hello()).participants).toHaveLength(2);
      for (const frame of voiceFrames(200)) phone.send(frame);
      await until(() => model.received.length > 10);
      const [first] = model.received.slice(1).map((each) => JSON.stringify(each));
      expect(first).toContain('"mimeType":"audio/pcm;rate=16000"');
      const bytes = model.received.slice(1, 11).flatMap((each) => {
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

    it("the answer arrives complete as µ-law in frames of 20 ms, with marks", async () => {
      const { phone, model, stream } = await phoneConversation();
      await model.send(answer(24_000), answer(1_000), turnCompleteMessage);
      await nextOf(phone, "media");
      await phone.next((each) => (each as { mark?: { name: string } }).mark?.name === "1:1060");
      const all = messagesTo(phone);
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

    it("with clients of every other protocol: all receive the same turn, and there is one log", async () => {
      // Servers decode a plus in a query as a blank, and ADK's clients do not encode users.
      const { phone, model, call, form } = await phoneConversation(newCaller("client:ann"));
      const address = { app: "assistant", user: form.From, session: call };
      const others: ProtocolClient[] = [];
      for (const protocol of protocols) others.push(await protocol.connect(address));
      await model.send(
        transcriptMessage("It is "),
        answer(4_800),
        transcriptMessage("noon."),
        turnCompleteMessage,
      );
      await until(() => others.every((other) => other.view().turns === 1));
      for (const other of others)
        expect(other.view()).toMatchObject({ text: "It is noon.", sound: true, problems: [] });
      await until(() => messagesTo(phone).some(({ mark }) => mark?.name === "1:220"));
      const { body } = await rest("GET", `${sessionsPath(form.From)}/${call}`);
      expect(body.events.map(({ outputTranscription }) => outputTranscription?.text)).toEqual([
        "It is noon.",
        undefined,
      ]);
    });

    it("missing audio is replaced by silence, a second at most; late audio changes nothing", async () => {
      const { phone, model } = await phoneConversation();
      const at = (from: number) => [...voiceFrames(20, { from })][0]!;
      for (const from of [0, 20, 240, 10_000, 60]) phone.send(at(from));
      const samples = () =>
        model.received.slice(1).reduce((sum, each) => {
          const { realtimeInput } = each as { realtimeInput: { audio?: { data: string } } };
          return sum + Uint8Array.fromBase64(realtimeInput.audio?.data ?? "").length / 2;
        }, 0);
      await until(() => model.received.length > 5);
      expect(samples()).toBe((5 * 20 + 200 + 1_000) * 16);
    });
  });

  describe("[PHONE9] a caller interrupts at once, and the log records how much they heard", () => {
    it("clear is the next frame, nothing of that answer follows, and its late marks do not count", async () => {
      const { phone, model, path } = await phoneConversation();
      const { client: eve } = await connectNative(path);
      await eve.hello();
      await model.send(
        ...Array.from({ length: 12 }, () => answer(24_000)),
        transcriptMessage("Once upon a time"),
      );
      await nextOf(phone, "mark");
      phone.send({ event: "mark", mark: { name: "1:400" } });
      phone.send({ event: "mark", mark: { name: "unknown" } });
      for (const frame of voiceFrames(60)) phone.send(frame);
      await until(() => model.received.length > 3);
      const before = phone.frames.length;
      await model.send({ serverContent: { interrupted: true } });
      await nextOf(phone, "clear");
      phone.send({ event: "mark", mark: { name: "1:600" } });
      await model.send(turnCompleteMessage, answer(4_800), turnCompleteMessage);
      await phone.next((each) => (each as { mark?: { name: string } }).mark?.name === "3:220");
      const after = messagesTo(phone).slice(before);
      const cut = after.findIndex(({ event }) => event === "clear");
      const later = after.slice(cut + 1);
      expect(later.filter(({ event }) => event === "media")).toHaveLength(11);
      expect(later.flatMap(({ mark }) => mark?.name ?? [])).toEqual(["3:200", "3:220"]);
      const { event } = await eve.event(({ interrupted }) => interrupted === true);
      expect(event.customMetadata).toMatchObject({ heardMs: 400, cutBy: expect.any(String) });
    });
  });

  describe("[PHONE10] pressed keys are events for all clients and, combined, text for the model", () => {
    it("up to # or a pause", async () => {
      const { phone, model, path } = await phoneConversation();
      const { client: eve } = await connectNative(path);
      await eve.hello();
      for (const digit of "42#")
        phone.send({ event: "dtmf", dtmf: { track: "inbound_track", digit } });
      await until(() => model.received.length > 1);
      expect(JSON.stringify(model.received.slice(1))).toContain(
        "[The caller pressed 42# on the phone.]",
      );
      const pressed = eve.event(({ customMetadata }) => customMetadata?.["dtmf"] !== undefined);
      expect((await pressed).event).toMatchObject({
        author: "user",
        customMetadata: { dtmf: "4" },
      });
    });
  });

  describe("[PHONE12] a fault in a phone call closes nothing that can continue", () => {
    it("malformed frames, and input that the caller may not send", async () => {
      const { phone, model } = await phoneConversation();
      for (const frame of ["", "{", '{"event":"media"}', '{"event":"later"}']) phone.send(frame);
      phone.send(new ArrayBuffer(7));
      await model.send({ serverContent: { turnComplete: true } });
      for (const frame of voiceFrames(40)) phone.send(frame);
      await until(() => model.received.length > 1);
      expect(phone.closed).toBeUndefined();
      expect(messagesTo(phone)).toEqual([]);
    });

    it("sends Twilio no refusal when its caller may not speak", async () => {
      const { phone, model, path } = await phoneConversation();
      const { client: eve } = await connectNative(`${path}&role=operator`);
      const { participants, you } = await eve.hello({ role: "operator" });
      const who = participants.find(({ id }) => id !== you)?.id ?? "";
      eve.send({ type: "mute", on: true, who });
      await eve.next("presence", ({ change }) => change === "muted");
      for (const frame of voiceFrames(40)) phone.send(frame);
      await model.send(answer(4_800), turnCompleteMessage);
      await nextOf(phone, "mark");
      expect(phone.frames).not.toContain("");
      expect(model.received).toHaveLength(1);
    });
  });

  describe("[PHONE14] a network that stops sending is detected", () => {
    it("ends the utterance for the model, once; after 45 s Twilio opens the stream again", async () => {
      const who = newCaller();
      const { clock } = scriptedPorts();
      setClock(who.object, clock);
      const pass = (ms: number) =>
        runInDurableObject(env.CONVERSATION.getByName(who.object), () => clock.advance(ms));
      const { phone, model } = await phoneConversation(who);
      for (const frame of voiceFrames(40)) phone.send(frame);
      await until(() => model.received.length > 2);
      for (let at = 0; at < 4; at++) await pass(750);
      const sounds = model.received.slice(1).flatMap((each) => {
        const { realtimeInput } = each as { realtimeInput?: { audio?: { data: string } } };
        return realtimeInput?.audio
          ? [Uint8Array.fromBase64(realtimeInput.audio.data).length / 32]
          : [];
      });
      expect(sounds).toEqual([20, 20, 1_000]);
      await pass(45_000);
      expect((await phone.untilClosed()).code).toBe(1001);
      expect((await fetchInvitation(who, "?again=1&agent=assistant")).stream).not.toBe("");
    });

    it("a stream in which no audio ever comes is closed, too", async () => {
      const who = newCaller();
      const { clock } = scriptedPorts();
      setClock(who.object, clock);
      const { phone } = await phoneConversation(who);
      for (let at = 0; at < 61; at++)
        await runInDurableObject(env.CONVERSATION.getByName(who.object), () => clock.advance(750));
      expect((await phone.untilClosed()).code).toBe(1001);
    });
  });
});
