/**
 * Each telephone provider's side of a call. The tests speak Twilio's messages; the others are translated, after their
 * documentation alone.
 */

export type ProviderName = "twilio" | "telnyx" | "plivo";

interface Dialect {
  /** The headers of a signature. @param form of a webhook; undefined for an upgrade. */
  sign(url: string, form: Record<string, string> | undefined): Promise<Record<string, string>>;
  form(form: Record<string, string>): Record<string, string>;
  /** A message to the server. */
  say(message: Message): object;
  /** A message of the server's in Twilio's words. */
  understand(message: Message, streamSid: string): object;
  tokenIn(xml: string): string;
  streamIn(xml: string): string;
}

type Message = Record<string, unknown> & { event?: string };

const key = "0123456789abcdef0123456789abcdef";
/** Its public key is in vitest.config.ts. */
const telnyxKey = "MC4CAQAwBQYDK2VwBCIEIH4nzBUvQ8Lu6LvHr2q6mOmi/DYIMINxU2zQGPqcKbM2";

const sorted = (form: Record<string, string>): string =>
  Object.keys(form)
    .toSorted()
    .map((name) => name + form[name])
    .join("");

async function hmac(hash: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, [
    "sign",
  ]);
  return new Uint8Array(
    await crypto.subtle.sign("HMAC", imported, encoder.encode(text)),
  ).toBase64();
}

async function ed25519(text: string): Promise<string> {
  const pkcs8 = Uint8Array.fromBase64(telnyxKey);
  const imported = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  const signed = await crypto.subtle.sign("Ed25519", imported, new TextEncoder().encode(text));
  return new Uint8Array(signed).toBase64();
}

const find = (xml: string, pattern: RegExp): string =>
  (pattern.exec(xml)?.[1] ?? "").replaceAll("&amp;", "&");

export const dialects: Readonly<Record<ProviderName, Dialect>> = {
  twilio: {
    sign: async (url, form = {}) => ({
      "x-twilio-signature": await hmac("SHA-1", url + sorted(form)),
    }),
    form: (form) => form,
    say: (message) => message,
    understand: (message) => message,
    streamIn: (xml) => find(xml, /<Stream url="([^"]+)"/),
    tokenIn: (xml) => find(xml, /name="token" value="([^"]+)"/),
  },
  telnyx: {
    sign: async (_, form) => {
      if (!form) return {};
      const time = `${Math.floor(Date.now() / 1000)}`;
      const body = new URLSearchParams(form).toString();
      const signature = await ed25519(`${time}|${body}`);
      return { "telnyx-timestamp": time, "telnyx-signature-ed25519": signature };
    },
    form: (form) => form,
    say: (message) => {
      if (message.event !== "start") return message;
      const { streamSid: stream_id, start } = message as unknown as TwilioStart;
      return {
        event: "start",
        sequence_number: "1",
        stream_id,
        start: {
          user_id: "3E6F995F",
          call_control_id: start.callSid,
          custom_parameters: start.customParameters,
          media_format: { encoding: "PCMU", sample_rate: 8000, channels: 1 },
        },
      };
    },
    understand: (message, streamSid) => ({ ...message, streamSid }),
    streamIn: (xml) => find(xml, /<Stream url="([^"]+)" codec="PCMU" bidirectionalMode="rtp"/),
    tokenIn: (xml) => find(xml, /name="token" value="([^"]+)"/),
  },
  plivo: {
    sign: async (url, form) => {
      if (!form) return {};
      const [base = "", search = ""] = url.split("?");
      const query = [...new URLSearchParams(search)].map(([name, value]) => `${name}=${value}`);
      const text = query.length > 0 ? `${base}?${query.toSorted().join("&")}.` : `${base}?`;
      const signature = await hmac("SHA-256", `${text}${sorted(form)}.nonce-1`);
      return { "x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": "nonce-1" };
    },
    form: ({ CallSid, From, To, DialCallStatus, ...rest }) => ({
      ...rest,
      ...(CallSid !== undefined && { CallUUID: CallSid }),
      ...(From !== undefined && { From: From.replace("+", "") }),
      ...(To !== undefined && { To: To.replace("+", "") }),
      ...(DialCallStatus !== undefined && { DialStatus: DialCallStatus }),
    }),
    say: (message) => {
      if (message.event === "start") {
        const { streamSid: streamId, start } = message as unknown as TwilioStart;
        const mediaFormat = { encoding: "audio/x-mulaw", sampleRate: 8000 };
        return {
          event: "start",
          sequenceNumber: 1,
          start: { callId: start.callSid, streamId, tracks: ["inbound"], mediaFormat },
          extra_headers: `token=${start.customParameters.token}`,
        };
      }
      const {
        mark,
        streamSid: streamId,
        ...rest
      } = message as Message & { mark?: { name: string } };
      return mark ? { event: "playedStream", streamId, name: mark.name } : { ...rest, streamId };
    },
    understand: ({ event, streamId, name, media }) => {
      if (event === "clearAudio") return { event: "clear", streamSid: streamId };
      if (event === "checkpoint") return { event: "mark", streamSid: streamId, mark: { name } };
      if (event !== "playAudio") return { event, streamSid: streamId };
      const { payload, ...format } = media as Record<string, unknown>;
      if (JSON.stringify(format) !== '{"contentType":"audio/x-mulaw","sampleRate":8000}')
        throw new Error("not the format that the stream has");
      return { event: "media", streamSid: streamId, media: { payload } };
    },
    streamIn: (xml) => find(xml, /<Stream bidirectional="true"[^>]+>([^<]+)</),
    tokenIn: (xml) => find(xml, /extraHeaders="token=([0-9a-f]+)"/),
  },
};

interface TwilioStart {
  readonly streamSid: string;
  readonly start: {
    readonly callSid: string;
    readonly customParameters: { readonly token: string };
  };
}

/** A media stream's socket, whose messages are Twilio's on the test's side. */
export function translated(socket: WebSocket, name: ProviderName): WebSocket {
  const dialect = dialects[name];
  let streamSid = "";
  const outward = (data: string | ArrayBuffer): string | ArrayBuffer => {
    const message = typeof data === "string" ? parsed(data) : undefined;
    if (!message) return data;
    if (typeof message["streamSid"] === "string")
      ({ streamSid } = message as { streamSid: string });
    return JSON.stringify(dialect.say({ ...message, streamSid }));
  };
  return {
    accept: () => socket.accept(),
    close: (code: number) => socket.close(code),
    send: (data: string | ArrayBuffer) => socket.send(outward(data)),
    addEventListener: (type: "message", listener: (event: { data: unknown }) => void) =>
      socket.addEventListener(type, (event) =>
        listener(
          type === "message"
            ? {
                data: JSON.stringify(
                  dialect.understand(JSON.parse(event.data as string) as Message, streamSid),
                ),
              }
            : event,
        ),
      ),
  } as unknown as WebSocket;
}

function parsed(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
