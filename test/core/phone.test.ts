import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyTwilioSignature } from "../../src/access/twilio-signature.ts";
import { isClientError } from "../../src/core/errors.ts";
import {
  interruptAnswer,
  finishAnswer,
  applyMark,
  noPlayback,
  recordAudioSent,
} from "../../src/core/delivery/playback-marks.ts";
import { phoneProtocol } from "../../src/protocols/phone/codec.ts";
import { twilio as provider } from "../../src/protocols/phone/twilio.ts";

const twilio = phoneProtocol(provider);
const authToken = "12345";
const fields = (entries: Record<string, string>) => new URLSearchParams(entries);

describe("[PHONE3] The relay must accept a request as Twilio's only if its signature matches the address that Twilio was given and all form fields", () => {
  const form = fields({
    To: "+18005551212",
    CallSid: "CA1234567890ABCDE",
    Caller: "+14158675309",
    Digits: "1234",
    From: "+14158675309",
  });
  const url = "https://mycompany.com/myapp.php?foo=1&bar=2";

  it.each([
    [{ authToken, url, fields: form }, "RSOYDt4T1cUTdK1PDd93/VVr8B8="],
    [{ authToken, url: "wss://parley.example.com/twilio/media" }, "WQD+8CYQxAMv+5rJlJGgf5Kj/iU="],
    [{ authToken, url: "https://parley.example.com/twilio/voice" }, "xqgYZNc0GUbEMWfm/l0tMRePuyg="],
    [
      { authToken, url: "wss://parley.example.com:443/twilio/media" },
      "WQD+8CYQxAMv+5rJlJGgf5Kj/iU=",
    ],
  ])("%j", async (signed, signature) => {
    expect(await verifyTwilioSignature(signed, signature)).toBe(true);
  });

  it.each([
    ["another token", { authToken: "54321", url, fields: form }],
    ["another address", { authToken, url: `${url}&more`, fields: form }],
    ["https in place of wss", { authToken, url: "https://parley.example.com/twilio/media" }],
    [
      "another field",
      { authToken, url, fields: fields({ ...Object.fromEntries(form), To: "+1" }) },
    ],
    ["one field less", { authToken, url, fields: fields({ To: "+18005551212" }) }],
  ])("refuses %s", async (_, signed) => {
    expect(await verifyTwilioSignature(signed, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")).toBe(false);
  });

  it("refuses a missing signature and one that is no base64", async () => {
    const signed = { authToken, url, fields: form };
    for (const signature of [null, "", "not base64!", "RSOYDt4T1cUTdK1PDd93"])
      expect(await verifyTwilioSignature(signed, signature)).toBe(false);
  });
});

describe("[PHONE4] The relay must answer a phone call with the stream's address and a token", () => {
  it("writes the document byte for byte", () => {
    const twiml = provider.connect({
      stream: "wss://parley.example.com/twilio/stream/assistant/+14155550100/CA1",
      token: 'a"<b>&',
      afterwards: "https://parley.example.com/twilio/voice?again=1&agent=assistant",
    });
    expect(twiml).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Connect><Stream url="wss://parley.example.com/twilio/stream/assistant/+14155550100/CA1"><Parameter name="token" value="a&quot;&lt;b&gt;&amp;"/></Stream></Connect><Redirect method="POST">https://parley.example.com/twilio/voice?again=1&amp;agent=assistant</Redirect></Response>',
    );
    expect(provider.hangUp()).toContain("<Response><Hangup/></Response>");
  });
});

/** Parses a frame of Twilio's. */
function read(frame: string | object) {
  const requests = twilio.decode(typeof frame === "string" ? frame : JSON.stringify(frame));
  if (isClientError(requests)) throw new Error(requests.message);
  return [requests].flat().map((request) => (request.type === "phone" ? request.event : request));
}

describe("[PHONE5] The relay must read Twilio's stream messages", () => {
  it("reads Twilio's own examples", () => {
    const start = {
      accountSid: "AC1",
      streamSid: "MZ1",
      callSid: "CA1",
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: { token: "k3" },
    };
    const media = { track: "inbound", chunk: "1", timestamp: "5", payload: "no+Jhg==" };
    expect(read({ event: "connected", protocol: "Call", version: "1.0.0" })).toEqual([]);
    expect(read({ event: "start", sequenceNumber: "1", start, streamSid: "MZ1" })).toEqual([
      { kind: "start", stream: "MZ1", call: "CA1", token: "k3" },
    ]);
    expect(read({ event: "media", sequenceNumber: "3", media, streamSid: "MZ1" })).toEqual([
      { kind: "media", timestampMs: 5, audio: Uint8Array.of(0x9e, 0x8f, 0x89, 0x86) },
    ]);
    expect(read({ event: "mark", streamSid: "MZ1", mark: { name: "1:200" } })).toEqual([
      { kind: "mark", name: "1:200" },
    ]);
    const dtmf = { track: "inbound_track", digit: "1" };
    expect(read({ event: "dtmf", streamSid: "MZ1", sequenceNumber: "5", dtmf })).toEqual([
      { kind: "digit", digit: "1" },
    ]);
    expect(read({ event: "stop", streamSid: "MZ1", stop: { callSid: "CA1" } })).toEqual([
      { kind: "stop" },
    ]);
  });

  it.each([
    ["", "{", "null", "[]", '{"event":"new"}', '{"event":"media"}', '{"event":"start","start":{}}'],
    [
      { event: "media", media: { track: "outbound", payload: "no+Jhg==" } },
      { event: "media", media: { payload: "???" } },
      { event: "media", media: { payload: "" } },
      { event: "dtmf", dtmf: { digit: "12" } },
    ],
  ])("%#", (...frames) => {
    for (const frame of frames) expect(read(frame)).toEqual([]);
    expect(twilio.decode(new ArrayBuffer(3))).toEqual([]);
  });
});

describe("[PHONE6] The relay must send a mark every 200 ms of audio and at the end of an answer", () => {
  it("sends one every 200 ms and one at the end", () => {
    let playback = noPlayback;
    const marks: (string | undefined)[] = [];
    for (let frame = 0; frame < 25; frame++) {
      const [next, mark] = recordAudioSent(playback, 20);
      playback = next;
      if (mark !== undefined) marks.push(mark);
    }
    const [whole, last] = finishAnswer(playback);
    expect([...marks, last]).toEqual(["1:200", "1:400", "1:500"]);
    expect(applyMark(whole, "1:400").heardMs).toBe(400);
    expect(applyMark(applyMark(whole, "1:400"), "1:200").heardMs).toBe(400);
    expect(finishAnswer(whole)).toEqual([whole, undefined]);
    expect(recordAudioSent(whole, 20)[0]).toMatchObject({ answer: 2, sentMs: 20, heardMs: 0 });
  });

  it("ignores marks of an interrupted answer and foreign ones", () => {
    const [playing] = recordAudioSent(noPlayback, 400);
    const after = interruptAnswer(applyMark(playing, "1:200"));
    expect(applyMark(after, "1:400")).toEqual(after);
    const [next] = recordAudioSent(after, 20);
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(applyMark(next, name)).toEqual(next);
      }),
    );
  });
});
