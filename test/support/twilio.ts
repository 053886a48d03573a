/**
 * Twilio's side of a call in real time: the webhook, the stream and the telephone line behind it.
 *
 *     caller ─► µ-law, a frame each 20 ms ─► the server
 *     caller ◄─ 20 ms at a time ◄─ buffer ◄─ media, mark, clear
 *
 * Written from Twilio's documentation alone, µ-law included: it must not inherit the server's misunderstandings.
 */
import { createHmac } from "node:crypto";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import { Client } from "./client.ts";

/** A message from the server on a stream. */
export interface TwilioMessage {
  readonly event: string;
  readonly streamSid?: string;
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

export interface TwilioAccount {
  /** The server's address as configured at Twilio: http(s), without a trailing slash. */
  readonly publicUrl: string;
  readonly authToken: string;
}

const frameMs = 20;
const frameBytes = 160;
const silence = 0xff;

/** `X-Twilio-Signature` of an address and a form's fields. */
export const signatureOf = (
  { authToken }: TwilioAccount,
  url: string,
  form: Record<string, string> = {},
): string =>
  createHmac("sha1", authToken)
    .update(
      url +
        Object.keys(form)
          .toSorted()
          .map((name) => name + form[name])
          .join(""),
    )
    .digest("base64");

/** Requests the server's answer to a call. @throws Error with the response when it is not TwiML. */
export async function requestTwiml(
  account: TwilioAccount,
  form: Record<string, string>,
  url = `${account.publicUrl}/twilio/voice`,
): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "X-Twilio-Signature": signatureOf(account, url, form) },
    body: new URLSearchParams(form),
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${body}`);
  return body;
}

let calls = 0;

/** Calls the server's number. Settles when the stream has started. */
export async function placeCall(account: TwilioAccount, from = "+14155550100"): Promise<Phone> {
  const callSid = `CA${process.pid}x${++calls}`;
  const { url, token, headers } = await requestStream(account, { from, callSid });
  const socket = new Client<TwilioMessage>(url, { headers, patience: 30_000 });
  await socket.opened;
  return new Phone(socket, { from, callSid, token });
}

/** A media stream that the server asks for: its address, the token for its `start`, and the headers of its upgrade. */
export interface RequestedStream {
  readonly url: string;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Announces a call, as Twilio's webhook does. */
export async function requestStream(
  account: TwilioAccount,
  { from, callSid }: { readonly from: string; readonly callSid: string },
): Promise<RequestedStream> {
  const form = {
    AccountSid: "AC0",
    ApiVersion: "2010-04-01",
    CallSid: callSid,
    CallStatus: "ringing",
    Direction: "inbound",
    From: from,
    To: "+14155550199",
  };
  const twiml = await requestTwiml(account, form);
  const [, url = ""] = /<Stream url="([^"]+)"/.exec(twiml) ?? [];
  const [, token = ""] = /<Parameter name="token" value="([^"]+)"/.exec(twiml) ?? [];
  return { url, token, headers: { "X-Twilio-Signature": signatureOf(account, url) } };
}

interface Played {
  /** On the process's monotonic clock, ms. */
  readonly at: number;
  readonly sound: Uint8Array;
}

export class Phone {
  readonly from: string;
  readonly callSid: string;
  readonly socket: Client<TwilioMessage>;
  /** The audio played to the caller, frame by frame, without pauses. */
  readonly played: Played[] = [];
  /** When each `clear` arrived, on the process's monotonic clock, ms, and how much buffered audio it dropped, ms. */
  readonly clears: { readonly at: number; readonly unplayedMs: number }[] = [];
  readonly #stream: string;
  readonly #buffer: (Uint8Array | string)[] = [];
  /** The caller's audio that is not yet sent. */
  #mouth = new Uint8Array(0);
  #spoken: (() => void) | undefined;
  #sequence = 0;
  #chunk = 0;
  readonly #began = performance.now();
  #ticks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    socket: Client<TwilioMessage>,
    { from, callSid, token }: { from: string; callSid: string; token: string },
  ) {
    this.socket = socket;
    this.from = from;
    this.callSid = callSid;
    this.#stream = `MZ${callSid}`;
    socket.socket.on("message", (data: Buffer) =>
      this.#messages(JSON.parse(data.toString()) as TwilioMessage),
    );
    void socket.closed.then(() => clearTimeout(this.#timer));
    this.#send({ event: "connected", protocol: "Call", version: "1.0.0" });
    this.#say("start", {
      start: {
        accountSid: "AC0",
        streamSid: this.#stream,
        callSid,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
        customParameters: { token },
      },
    });
    this.#tick();
  }

  /** The conversation's path, for other clients. */
  get path(): string {
    return `/ws/${this.from}/${this.callSid}`;
  }

  /** Speaks a recording of 16 kHz; settles when its last sample was sent. */
  speak(samples: Int16Array): Promise<void> {
    this.#mouth = Uint8Array.from(resample(samples, 16_000, 8_000), encode);
    return new Promise((resolve) => (this.#spoken = resolve));
  }

  press(digit: string): void {
    this.#say("dtmf", { dtmf: { track: "inbound_track", digit } });
  }

  /** @returns the close of the stream. */
  async hangUp(): Promise<unknown> {
    this.#say("stop", { stop: { accountSid: "AC0", callSid: this.callSid } });
    this.socket.socket.close(1000);
    return this.socket.closed;
  }

  /** The audio played since a time, 8 kHz. */
  audioSince(then: number): Int16Array {
    const frames = this.played.filter(({ at }) => at >= then).map(({ sound }) => sound);
    return Int16Array.from(Buffer.concat(frames), decode);
  }

  /** Waits until this much audio has been played, ms. */
  async untilPlayed(ms: number): Promise<void> {
    while (this.played.length * frameMs < ms)
      await new Promise((resolve) => setTimeout(resolve, frameMs));
  }

  /** Waits until the line has been silent for this long after it was not, ms. */
  async untilQuiet(since: number, ms = 600): Promise<void> {
    for (;;) {
      const last = this.played.at(-1)?.at ?? 0;
      if (last > since && performance.now() - last > ms) return;
      await new Promise((resolve) => setTimeout(resolve, frameMs));
    }
  }

  #messages(message: TwilioMessage): void {
    if (message.streamSid !== this.#stream) throw new Error("31951: not this stream");
    if (message.event === "media") this.#buffer.push(...framesOf(message.media?.payload ?? ""));
    else if (message.event === "mark") this.#buffer.push(message.mark?.name ?? "");
    else if (message.event === "clear") this.#clear();
    else throw new Error(`31951: ${message.event}`);
  }

  #clear(): void {
    const all = this.#buffer.splice(0);
    const unplayedMs = all.filter((each) => typeof each !== "string").length * frameMs;
    this.clears.push({ at: performance.now(), unplayedMs });
    for (const each of all) if (typeof each === "string") this.#echo(each);
  }

  /** Each frame at its time from the start, not at a delay after the one before. */
  #tick(): void {
    this.#receive();
    this.#speak();
    const next = this.#began + ++this.#ticks * frameMs;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, next - performance.now()));
  }

  #receive(): void {
    this.#echoes();
    const sound = this.#buffer.shift();
    if (typeof sound === "object") this.played.push({ at: performance.now(), sound });
    this.#echoes();
  }

  #echoes(): void {
    while (typeof this.#buffer[0] === "string") this.#echo(String(this.#buffer.shift()));
  }

  #echo(name: string): void {
    this.#say("mark", { mark: { name } });
  }

  #speak(): void {
    const frame = new Uint8Array(frameBytes).fill(silence);
    frame.set(this.#mouth.subarray(0, frameBytes));
    this.#mouth = this.#mouth.slice(frameBytes);
    const payload = Buffer.from(frame).toString("base64");
    const media = {
      track: "inbound",
      chunk: `${++this.#chunk}`,
      timestamp: `${this.#ticks * frameMs}`,
      payload,
    };
    this.#say("media", { media });
    if (this.#mouth.length > 0) return;
    this.#spoken?.();
    this.#spoken = undefined;
  }

  #say(event: string, more: object): void {
    const sequenceNumber = `${++this.#sequence}`;
    this.#send({ event, sequenceNumber, ...more, streamSid: this.#stream });
  }

  #send(message: object): void {
    if (this.socket.socket.readyState === 1) this.socket.socket.send(JSON.stringify(message));
  }
}

function framesOf(payload: string): Uint8Array[] {
  const bytes = Buffer.from(payload, "base64");
  return Array.from({ length: Math.ceil(bytes.length / frameBytes) }, (_, at) =>
    Uint8Array.from(bytes.subarray(at * frameBytes, (at + 1) * frameBytes)),
  );
}

/** G.711: sign, exponent and mantissa of a sample with 132 added, all bits inverted. */
function encode(sample: number): number {
  const magnitude = Math.min(Math.abs(Math.round(sample)), 32_635) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = Math.floor(magnitude / 2 ** (exponent + 3)) % 16;
  return 255 - ((sample < 0 ? 128 : 0) + exponent * 16 + mantissa);
}

function decode(byte: number): number {
  const turned = 255 - byte;
  const exponent = Math.floor(turned / 16) % 8;
  const magnitude = ((turned % 16) * 8 + 132) * 2 ** exponent - 132;
  return turned >= 128 ? -magnitude : magnitude;
}
