/**
 * The door of ADK's bidi-demo: binary PCM and small JSON frames up, one ADK Event per text frame down.
 *
 * Where ADK's server ignores a bad frame or closes without a word, this one answers with an error
 * event and goes on.
 */
import { z } from "zod";
import { problem, type Problem } from "../core/problem.ts";
import type { ClientRequest, LiveRequest } from "../core/request.ts";
import { objectionTo, type Delta } from "../core/state.ts";
import type { Event } from "../wire/adk.ts";
import { fromBase64, toBase64 } from "../wire/base64.ts";
import { micRate, pcmRate } from "../wire/pcm.ts";
import type { Door } from "./door.ts";

export const adkDemo: Door = {
  read: (frame) => (typeof frame === "string" ? readJson(frame) : readAudio(frame)),
  write: (event: Event) => JSON.stringify(event),
};

const frameShape = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    type: z.literal("image"),
    data: z.string(),
    mimeType: z.string().default("image/jpeg"),
  }),
  // The docs' voice-activity variant writes `mime_type` here and `mimeType` for images.
  z.object({
    type: z.literal("audio"),
    data: z.string(),
    mime_type: z.string().optional(),
    mimeType: z.string().optional(),
  }),
  z.object({ type: z.literal("activity_start") }),
  z.object({ type: z.literal("activity_end") }),
  z.object({ type: z.literal("audio_stream_end") }),
  // Not ADK's: its live mode asks nobody for approval.
  z.object({
    type: z.literal("approve"),
    id: z.string(),
    approved: z.boolean(),
    payload: z.json().optional(),
  }),
  // Not ADK's: its servers take a state delta in /run_live alone.
  z.object({ type: z.literal("state"), delta: z.record(z.string(), z.json()) }),
]);

function readAudio(frame: ArrayBuffer): LiveRequest | Problem {
  return audio(new Uint8Array(frame), micRate);
}

function audio(pcm: Uint8Array, rate: number): LiveRequest | Problem {
  return pcm.byteLength % 2 === 0
    ? { type: "audio", pcm, rate }
    : bad(`an audio frame has ${pcm.byteLength} bytes, but PCM16 has two bytes a sample`);
}

function readJson(frame: string): ClientRequest | Problem {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return bad("a text frame is not JSON");
  }
  const { data, error } = frameShape.safeParse(value);
  return data ? readFrame(data) : bad(wrong(value, error));
}

function readFrame(frame: z.output<typeof frameShape>): ClientRequest | Problem {
  switch (frame.type) {
    case "text":
      return readText(frame.text);
    case "image":
      return readImage(frame.data, frame.mimeType);
    case "audio":
      return readSpokenJson(frame.data, frame.mime_type ?? frame.mimeType ?? "audio/pcm");
    case "activity_start":
      return { type: "activityStart" };
    case "activity_end":
      return { type: "activityEnd" };
    case "audio_stream_end":
      return { type: "audioStreamEnd" };
    case "approve":
      return frame;
    case "state":
      return readState(frame.delta);
  }
}

function readState(delta: Delta): ClientRequest | Problem {
  const objection = objectionTo(delta);
  return objection ? bad(`"delta" was not taken: ${objection}`) : { type: "state", delta };
}

/** A broken character (half of a surrogate pair) would end the model's session for everybody. */
function readText(text: string): LiveRequest | Problem {
  if (!text.trim()) return bad('"text" is empty');
  if (text.length > longestText)
    return bad(`"text" has ${text.length} characters, and at most ${longestText} are taken`);
  return { type: "text", text: text.toWellFormed() };
}

function readImage(base64: string, mimeType: string): LiveRequest | Problem {
  const type = mimeType.toLowerCase();
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(type))
    return bad(
      `"mimeType" of an image is "${short(mimeType)}": send JPEG, PNG, WebP, HEIC or HEIF`,
    );
  const bytes = fromBase64(base64);
  if (!bytes?.byteLength) return bad('"data" of an image is not base64, or empty');
  return { type: "image", data: toBase64(bytes), mimeType: type };
}

function readSpokenJson(base64: string, mimeType: string): LiveRequest | Problem {
  const rate = pcmRate(mimeType);
  if (rate === undefined)
    return bad(`"mime_type" of audio is "${short(mimeType)}": send audio/pcm;rate=16000`);
  const pcm = fromBase64(base64);
  return pcm ? audio(pcm, rate) : bad('"data" of audio is not base64');
}

/** More than anybody types, and little enough for one row of the log. */
const longestText = 32_000;

const types = frameShape.options.map((option) => option.shape.type.value);

function wrong(value: unknown, error: z.ZodError): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return "a text frame is JSON, but not an object";
  const type = "type" in value ? value.type : undefined;
  if (!types.includes(type as never))
    return `"type" is ${type === undefined ? "missing" : short(JSON.stringify(type))}; known are ${types.join(", ")}`;
  const [issue] = error.issues;
  return `"${issue?.path.join(".")}" of a ${JSON.stringify(type)} frame: ${issue?.message}`;
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

const bad = (what: string): Problem =>
  problem("BAD_FRAME", `The frame was ignored: ${what}. The conversation goes on.`);
