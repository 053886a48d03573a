/** Describes the newest picture by colours and light. */
import { decodeBase64 } from "../../protocol/base64.ts";
import type { VideoFrame } from "../../ports.ts";
import { lastEntries, say, type Skill, type Utterance } from "../utterance.ts";
import { describe } from "../vision/describe.ts";
import type { Pixels } from "../vision/pixels.ts";

/** Decodes a JPEG or PNG; undefined for an unreadable one. */
export type Decode = (frame: VideoFrame) => Promise<Pixels | undefined> | Pixels | undefined;

const ASKS =
  /\bwhat (?:do|can|did) you see\b|\bwhat (?:is|are) (?:this|that|these|those|there|it)(?: here)?$|\bwhat am i (?:holding|showing|wearing)\b|\bwhat is (?:in|on) (?:the|this|my|that) (?:picture|image|photo|camera|screen|video|frame)\b|\bwhat is in front of\b|\bdescribe (?:what you see|this|that|it|me|the (?:picture|image|photo|scene|frame|camera|video)|my)\b|\b(?:can|do) you see (?:me|this|that|it|anything|something|my)\b|\blook at (?:this|me|that|my)\b|\bwhat colou?rs? (?:is|are|do|does|am)\b.*\b(?:this|that|it|these|you|i)\b|\bhow (?:bright|dark) is it\b/;

/** The picture in the user's last turn. */
function attached({ context }: Utterance): VideoFrame | undefined {
  const { mimeType = "", data = "" } =
    lastEntries(context.history)
      .flatMap(({ parts = [] }) => parts.flatMap(({ inlineData }) => inlineData ?? []))
      .findLast((inline) => inline.mimeType?.startsWith("image/") === true) ?? {};
  const bytes = mimeType === "" ? undefined : decodeBase64(data);
  return bytes && { mimeType, data: bytes };
}

async function described(
  frame: VideoFrame,
  decode: Decode | undefined,
): Promise<string | undefined> {
  try {
    const pixels = await decode?.(frame);
    return pixels && describe(pixels);
  } catch {
    return undefined;
  }
}

/** An attached picture precedes the camera's newest frame. */
export const describeImage =
  (decode: Decode | undefined): Skill =>
  async (utterance) => {
    const picture = attached(utterance);
    if (!(utterance.text === "" && picture) && !ASKS.test(utterance.text)) return undefined;
    const frame = picture ?? utterance.context.frame;
    if (frame === undefined)
      return say("I see nothing yet. Turn on the camera, or send me a picture.");
    const words = await described(frame, decode);
    if (words !== undefined)
      return say(words, "I only look at colours and light, so I can not name things.");
    const size = Math.max(1, Math.round(frame.data.length / 1024));
    return say(`I received a picture of about ${size} kilobytes, but I can not read its format.`);
  };
