import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { endCall, sendDtmf, transferCall } from "../../src/agent/phone.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { connectNative } from "./native.ts";
import { audioMessage as answer, turnCompleteMessage } from "./native-conversation.ts";
import {
  messagesTo,
  newCaller,
  phoneConversation,
  requestTwiml,
  reopen,
  until,
  describeProviders,
  streamIn,
} from "./phone.ts";
import { setAgent, setClock } from "./upstreams.ts";

const tools = [endCall(), sendDtmf(), transferCall({ targets: { support: "+14155550142" } })];

/** A phone call with an agent that has the telephone's tools, and a clock that the test advances. */
async function conversation(model = "gemini-3.8-live") {
  const caller = newCaller();
  const { clock } = scriptedPorts();
  setClock(caller.object, clock);
  setAgent(caller.object, agent({ name: "assistant", model, tools }));
  const call = await phoneConversation(caller);
  return {
    ...call,
    pass: (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(caller.object), () => clock.advance(ms)),
    marks: () => messagesTo(call.phone).flatMap(({ mark }) => mark?.name ?? []),
    hears: (name: string) => call.phone.send({ event: "mark", mark: { name } }),
    responses: () => call.model.received.map((each) => JSON.stringify(each)).join("\n"),
    again: async (fields: Record<string, string> = {}) =>
      (
        await requestTwiml({ ...call.form, ...fields }, { query: "?again=1&agent=assistant" })
      ).text(),
  };
}

const calls = (name: string, args = {}) => ({
  toolCall: { functionCalls: [{ id: "c1", name, args }] },
});

describeProviders((name) => {
  describe("[PHONE15] end_call ends the phone call once the caller has heard the goodbye", () => {
    it("waits for the mark of the last audio, answers the model, then ends call and conversation", async () => {
      const { phone, model, marks, hears, pass, responses, again } = await conversation();
      await model.send(answer(12_000), calls("end_call"));
      await until(() => marks().includes("1:520"));
      hears("1:400");
      await pass(1);
      expect([phone.closed, responses()]).toEqual([undefined, expect.not.stringContaining("c1")]);
      hears("1:520");
      await until(() => responses().includes("The call is ended."));
      expect(phone.closed).toBeUndefined();
      await pass(0);
      expect((await phone.untilClosed()).code).toBe(1000);
      await until(() => model.closed !== undefined);
      expect(await again()).toContain("<Hangup/>");
    });

    it("an agent that has said nothing is asked for its goodbye, and the call ends after that", async () => {
      const { phone, model, marks, hears, pass, responses } = await conversation();
      await model.send(calls("end_call"));
      await until(() => responses().includes("You have not said goodbye yet."));
      await model.send(answer(4_800), turnCompleteMessage);
      await until(() => marks().includes("1:220"));
      await pass(1);
      expect(phone.closed).toBeUndefined();
      hears("1:220");
      await until(() => marks().length > 0);
      await pass(0);
      expect((await phone.untilClosed()).code).toBe(1000);
    });

    it("the filler of a model that thinks is no goodbye, before the request and after it", async () => {
      const { phone, model, marks, hears, pass, responses } = await conversation(
        "gemini-3.8-live-extended-thinking",
      );
      const filler = { serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" } };
      const says = async (end: ServerMessage, mark: string) => {
        await model.send(answer(4_800), end);
        await until(() => marks().includes(mark));
        hears(mark);
        await pass(1);
      };
      await says(filler, "1:220");
      await model.send(calls("end_call"));
      await until(() => responses().includes("You have not said goodbye yet."));
      await says(filler, "2:220");
      expect(phone.closed).toBeUndefined();
      await says(turnCompleteMessage, "3:220");
      await until(async () => {
        await pass(1);
        return phone.closed !== undefined;
      });
    });

    it("a caller that interrupts the goodbye stays in the call", async () => {
      const { phone, model, marks, hears, pass, responses } = await conversation();
      await model.send(answer(12_000), calls("end_call"));
      await until(() => marks().includes("1:520"));
      await model.send({ serverContent: { interrupted: true } });
      await until(() => responses().includes("The caller spoke before the goodbye was over."));
      hears("1:520");
      await pass(30_000);
      expect(phone.closed).toBeUndefined();
    });

    it("the other clients stay in the conversation, and the call does not return", async () => {
      const { phone, model, marks, hears, pass, path, responses, again } = await conversation();
      const { client: eve } = await connectNative(path);
      await eve.hello();
      await model.send(answer(4_800), calls("end_call"));
      await until(() => marks().includes("1:220"));
      hears("1:220");
      await until(() => responses().includes("The call is ended."));
      await pass(0);
      const left = await eve.next("presence", ({ change }) => change === "left");
      expect(left.reason).toBe("The agent ended the call.");
      expect((await phone.untilClosed()).code).toBe(1000);
      expect(model.closed).toBeUndefined();
      expect(await again()).toContain("<Hangup/>");
    });
  });

  describe("[PHONE16] transfer_call connects the caller to a telephone that the author allowed", () => {
    async function transferred() {
      const call = await conversation();
      const { client: eve } = await connectNative(call.path);
      await eve.hello();
      await call.model.send(answer(4_800), calls("transfer_call", { to: "support" }));
      await until(() => call.marks().includes("1:220"));
      expect(call.phone.closed).toBeUndefined();
      call.hears("1:220");
      await until(() => call.responses().includes("The caller is being transferred."));
      await call.pass(0);
      expect((await call.phone.untilClosed()).code).toBe(1000);
      return { ...call, eve };
    }

    it("after the agent's words Twilio gets the number, and a call that was answered does not return", async () => {
      const { again, eve } = await transferred();
      const twiml = await again();
      expect(twiml).toContain(
        `<Dial timeout="30" action="https://voice.example.com/${name}/voice?again=2&amp;agent=assistant" method="POST"><Number>+14155550142</Number></Dial>`,
      );
      expect(await again({ DialCallStatus: "completed" })).toContain("<Hangup/>");
      const { event } = await eve.event(
        ({ customMetadata }) =>
          (customMetadata?.["call"] as { status: string } | undefined)?.status === "transferred",
      );
      expect(event.customMetadata).toMatchObject({
        call: { status: "transferred", target: "support", outcome: "answered" },
      });
    });

    it.each([
      ["busy", "was not answered (busy)"],
      ["no-answer", "was not answered (no answer)"],
      ["failed", "failed"],
    ])(
      "a caller whose transfer ends as %s comes back to the agent, which is told",
      async (status, text) => {
        const { again, model, call } = await transferred();
        await again();
        const twiml = await again({ DialCallStatus: status });
        const { stream, token } = streamIn(twiml);
        await reopen({ call }, stream, token);
        await until(() => model.received.some((each) => JSON.stringify(each).includes(text)));
        expect(model.received.map((each) => JSON.stringify(each)).join()).toContain(
          "The caller is back on the phone with you.",
        );
      },
    );
  });

  describe("[PHONE17] send_dtmf presses keys by the tones of the telephone network", () => {
    it.runIf(name === "plivo")("by the message that Plivo has for it", async () => {
      const { phone, model } = await conversation();
      await model.send(answer(4_800), calls("send_dtmf", { digits: "1w#" }));
      await until(() => phone.frames.some((frame) => frame.includes("sendDTMF")));
      expect(messagesTo(phone).at(-2)?.mark?.name).toBe("1:220");
    });

    it.skipIf(name === "plivo")(
      "behind the audio that waits, in whole frames and without marks",
      async () => {
        const { phone, model, responses } = await conversation();
        await model.send(answer(4_800), calls("send_dtmf", { digits: "1w#" }));
        await until(() => responses().includes("The keys were sent."));
        // 220 ms of answer, the mark at 200 ms and at the end, then the tones.
        await until(() => messagesTo(phone).length >= 13 + (2 * 240 + 500) / 20);
        const sent = messagesTo(phone);
        const last = sent.findLastIndex(({ mark }) => mark !== undefined);
        expect(sent[last]?.mark?.name).toBe("1:220");
        const tones = sent
          .slice(last + 1)
          .map(({ media }) => Uint8Array.fromBase64(media?.payload ?? ""));
        expect(tones).toHaveLength((2 * 240 + 500) / 20);
        expect(tones.every(({ length }) => length === 160)).toBe(true);
      },
    );

    it("refuses characters that are no keys", async () => {
      const { model, responses } = await conversation();
      await model.send(calls("send_dtmf", { digits: "1-800" }));
      await until(() => responses().includes("Wrong arguments"));
    });
  });
});
