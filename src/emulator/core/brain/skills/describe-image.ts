/** Says what the newest picture looks like, as far as pixels tell. */
import { decodeBase64 } from "../../protocol/base64.ts";
import type { VideoFrame } from "../../ports.ts";
import { describe } from "../vision/describe.ts";
import type { Pixels } from "../vision/pixels.ts";
import { lastEntries, say, type Skill, type Utterance } from "../utterance.ts";

/** Reads a JPEG or PNG; undefined for what it can not read. */
export type Decode = (frame: VideoFrame) => Promise<Pixels | undefined> | Pixels | undefined;

const ASKS =
  /\bwhat (?:do|can|did) you see\b|\bwhat (?:is|are) (?:this|that|these|those|there|it)(?: here)?$|\bwhat am i (?:holding|showing|wearing)\b|\bwhat is (?:in|on) (?:the|this|my|that) (?:picture|image|photo|camera|screen|video|frame)\b|\bwhat is in front of\b|\bdescribe (?:what you see|this|that|it|me|the (?:picture|image|photo|scene|frame|camera|video)|my)\b|\b(?:can|do) you see (?:me|this|that|it|anything|something|my)\b|\blook at (?:this|me|that|my)\b|\bwhat colou?rs? (?:is|are|do|does|am)\b.*\b(?:this|that|it|these|you|i)\b|\bhow (?:bright|dark) is it\b/;

/** A picture sent along with the words counts before the camera's. */
function pictureOf({ scene }: Utterance): VideoFrame | undefined {
  const parts = lastEntries(scene.history).flatMap(({ parts }) => parts ?? []);
  const inline = parts.findLast(
    ({ inlineData }) => inlineData?.mimeType?.startsWith("image/") === true,
  );
  const data =
    inline?.inlineData?.data === undefined ? undefined : decodeBase64(inline.inlineData.data);
  return data === undefined
    ? scene.frame
    : { mimeType: inline?.inlineData?.mimeType ?? "image/jpeg", data };
}

const HONEST = "I only look at colours and light, so I can not name things.";

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

const pictured = (said: Utterance): boolean =>
  lastEntries(said.scene.history).some(({ parts }) =>
    (parts ?? []).some(({ inlineData }) => inlineData?.mimeType?.startsWith("image/") === true),
  );

export const see =
  (decode: Decode | undefined): Skill =>
  async (said) => {
    const silent = said.text === "" && pictured(said);
    if (!silent && !ASKS.test(said.text)) return undefined;
    const frame = pictureOf(said);
    if (frame === undefined)
      return say("I see nothing yet. Turn on the camera, or send me a picture.");
    const words = await described(frame, decode);
    if (words !== undefined) return say(words, HONEST);
    const size = Math.max(1, Math.round(frame.data.length / 1024));
    return say(`I received a picture of about ${size} kilobytes, but I can not read its format.`);
  };
