import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifyPlivoSignature } from "../../src/access/plivo-signature.ts";
import { verifyTelnyxSignature } from "../../src/access/telnyx-signature.ts";
import { phoneProtocol } from "../../src/protocols/phone/codec.ts";
import { plivo } from "../../src/protocols/phone/plivo.ts";
import { telnyx } from "../../src/protocols/phone/telnyx.ts";

describe("[PHONE23] webhooks of Telnyx and Plivo must carry their signatures", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const body = "CallSid=v3%3Aabc&From=%2B14155550100";
  const now = 1_790_000_000_000;
  const timestamp = `${now / 1000}`;
  const signature = sign(null, Buffer.from(`${timestamp}|${body}`), privateKey).toString("base64");
  const telnyxWebhook = { publicKey: key, body, timestamp };

  it("Telnyx: Ed25519 of time and body, at most five minutes old", async () => {
    for (const at of [now, now + 299_000, now - 299_000])
      expect(await verifyTelnyxSignature(telnyxWebhook, signature, at)).toBe(true);
    for (const at of [now + 301_000, now - 301_000])
      expect(await verifyTelnyxSignature(telnyxWebhook, signature, at)).toBe(false);
  });

  it.each([
    ["another body", { body: `${body}0` }, signature],
    ["another time", { timestamp: `${now / 1000 + 1}` }, signature],
    ["no time", { timestamp: null }, signature],
    ["a time that is no number", { timestamp: "soon" }, signature],
    ["another key", { publicKey: Buffer.alloc(32, 1).toString("base64") }, signature],
    ["a key that is none", { publicKey: "???" }, signature],
    ["no signature", {}, null],
    ["an empty signature", {}, ""],
    ["a signature that is no base64", {}, "???"],
  ])("Telnyx: refuses %s", async (_, change, given) => {
    expect(await verifyTelnyxSignature({ ...telnyxWebhook, ...change }, given, now)).toBe(false);
  });

  const plivoSignature = (text: string) =>
    createHmac("sha256", "a-token").update(text).digest("base64");
  const fields = new URLSearchParams({ To: "14155550199", CallUUID: "u-1", From: "14155550100" });
  const url = "https://voice.example.com/plivo/voice";
  const form = "CallUUIDu-1From14155550100To14155550199";

  it.each([
    ["a form", url, fields, `${url}?${form}.n1`],
    ["a form and a query", `${url}?b=2&a=%2B1`, fields, `${url}?a=+1&b=2.${form}.n1`],
    ["a query alone", `${url}?a=1`, new URLSearchParams(), `${url}?a=1.n1`],
    ["neither", url, new URLSearchParams(), `${url}.n1`],
  ])("Plivo: HMAC-SHA256 of URL, form and nonce: %s", async (_, address, fields, text) => {
    const webhook = { authToken: "a-token", url: address, fields, nonce: "n1" };
    expect(await verifyPlivoSignature(webhook, plivoSignature(text))).toBe(true);
    expect(await verifyPlivoSignature(webhook, `AAAA,${plivoSignature(text)}`)).toBe(true);
    for (const wrong of [null, "", "???", plivoSignature(`${text}x`)])
      expect(await verifyPlivoSignature(webhook, wrong)).toBe(false);
    for (const change of [{ nonce: null }, { nonce: "n2" }, { authToken: "another" }])
      expect(await verifyPlivoSignature({ ...webhook, ...change }, plivoSignature(text))).toBe(
        false,
      );
  });
});

describe("[PHONE24] the relay reads and writes the media streams of Telnyx and Plivo", () => {
  const read = (provider: typeof telnyx, message: object) =>
    [phoneProtocol(provider).decode(JSON.stringify(message))].flat();
  const token = "0123456789abcdef".repeat(3);

  it.each([
    [`token=${token}`],
    [`lang=en;token=${token}`],
    [`{"token":"${token}"}`],
    [`{X-PH-token: ${token}}`],
  ])("Plivo's extra headers %j", (extra_headers) => {
    const start = { callId: "c1", streamId: "s1" };
    expect(read(plivo, { event: "start", start, extra_headers })).toEqual([
      { type: "phone", event: { kind: "start", stream: "s1", call: "c1", token } },
    ]);
  });

  it("a stream of Telnyx that has another encoding than µ-law does not start", () => {
    const start = (encoding: string) => ({
      event: "start",
      stream_id: "s1",
      start: {
        call_control_id: "v3:abc",
        custom_parameters: { token },
        media_format: { encoding, sample_rate: 8000, channels: 1 },
      },
    });
    expect(read(telnyx, start("PCMU"))).toEqual([
      { type: "phone", event: { kind: "start", stream: "s1", call: "v3:abc", token } },
    ]);
    expect(read(telnyx, start("G722"))).toEqual([]);
  });

  it("numbers of Plivo get their +, and a SIP address keeps its form", () => {
    const form = new URLSearchParams({ CallUUID: "u", From: "14155550100", To: "sip:a@b.example" });
    expect(plivo.readForm(form)).toMatchObject({ from: "+14155550100", to: "sip:a@b.example" });
  });

  it.each([[telnyx], [plivo]])("ignores malformed messages of $title", (provider) => {
    for (const message of [{}, { event: "start" }, { event: "media", media: {} }, { event: "x" }])
      expect(read(provider, message)).toEqual([]);
  });
});
