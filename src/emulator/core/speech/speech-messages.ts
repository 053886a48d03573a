/** The frames in which a chunk of speech and its words travel. */
import { encodeBase64 } from "../protocol/base64.ts";
import type { Config } from "../session/session-config.ts";
import type { ServerContent } from "../protocol/messages.ts";
import { toBytes } from "./pcm.ts";
import type { Part } from "@google/genai";
import type { Random } from "../ports.ts";
import type { Surface } from "../schema/fields.ts";
import type { Chunk } from "./speech-chunks.ts";

export interface Manner {
  readonly surface: Surface;
  readonly config: Config;
  readonly random: Random;
}

/** Vertex names the role. */
export function modelTurn(part: Part, surface: Surface): ServerContent {
  const parts = [part];
  return { modelTurn: surface === "vertex" ? { role: "model", parts } : { parts } };
}

/** @param opens whether the turn's transcript begins with it. */
export function speechFrames(chunk: Chunk, opens: boolean, manner: Manner): ServerContent[] {
  const { config, surface, random } = manner;
  const { bundles, transcriptAhead, emptyTranscript } = config.profile;
  const mimeType = surface === "vertex" ? "audio/pcm" : "audio/pcm;rate=24000";
  const data = encodeBase64(toBytes(chunk.samples));
  const audio = modelTurn({ inlineData: { mimeType, data } }, surface);
  const heard = chunk.samples.length === 0 ? [] : [audio];
  if (!config.transcribeOutput) return heard;
  const before = opens && emptyTranscript ? [{ outputTranscription: {} }] : [];
  if (chunk.text === "") return [...before, ...heard];
  const words: ServerContent = { outputTranscription: { text: chunk.text } };
  if (bundles) return [...before, { ...audio, ...words }];
  return random() < transcriptAhead ? [...before, words, ...heard] : [...before, ...heard, words];
}
