/** The frames in which a chunk of speech and its words travel. */
import { encodeBase64 } from "../protocol/base64.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { ServerContent } from "../protocol/messages.ts";
import { samplesToBytes } from "./pcm.ts";
import type { Part } from "@google/genai";
import type { Random } from "../ports.ts";
import type { Surface } from "../schema/fields.ts";
import type { SpeechChunk } from "./speech-chunks.ts";

export interface SpeechMessageContext {
  readonly surface: Surface;
  readonly config: SessionConfig;
  readonly random: Random;
}

/** Vertex names the role. */
export function toModelTurn(part: Part, surface: Surface): ServerContent {
  const parts = [part];
  return { modelTurn: surface === "vertex" ? { role: "model", parts } : { parts } };
}

/** @param opens whether the turn's transcript begins with it. */
export function toSpeechMessages(
  chunk: SpeechChunk,
  opens: boolean,
  manner: SpeechMessageContext,
): ServerContent[] {
  const { config, surface, random } = manner;
  const { bundlesTranscript, transcriptAhead, emptyTranscript } = config.profile;
  const mimeType = surface === "vertex" ? "audio/pcm" : "audio/pcm;rate=24000";
  const data = encodeBase64(samplesToBytes(chunk.samples));
  const audio = toModelTurn({ inlineData: { mimeType, data } }, surface);
  const heard = chunk.samples.length === 0 ? [] : [audio];
  if (!config.transcribeOutput) return heard;
  const before = opens && emptyTranscript ? [{ outputTranscription: {} }] : [];
  if (chunk.text === "") return [...before, ...heard];
  const words: ServerContent = { outputTranscription: { text: chunk.text } };
  if (bundlesTranscript) return [...before, { ...audio, ...words }];
  return random() < transcriptAhead ? [...before, words, ...heard] : [...before, ...heard, words];
}
