/** Encodes a chunk of speech and its transcript as server messages. */
import { encodeBase64 } from "../protocol/base64.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { ServerContent } from "../protocol/messages.ts";
import { samplesToBytes } from "./pcm.ts";
import type { Part } from "@google/genai";
import type { Random } from "../ports.ts";
import type { Surface } from "../schema/fields.ts";
import type { SpeechChunk } from "./speech-chunks.ts";

interface SpeechMessageContext {
  readonly surface: Surface;
  readonly config: SessionConfig;
  readonly random: Random;
}

/** Vertex includes the role. */
export function toModelTurn(part: Part, surface: Surface): ServerContent {
  const parts = [part];
  return { modelTurn: surface === "vertex" ? { role: "model", parts } : { parts } };
}

/** @param startsTranscript whether the chunk starts the turn's transcript. */
export function toSpeechMessages(
  chunk: SpeechChunk,
  startsTranscript: boolean,
  context: SpeechMessageContext,
): ServerContent[] {
  const { config, surface, random } = context;
  const { bundlesTranscript, transcriptAhead, emptyTranscript } = config.profile;
  const mimeType = surface === "vertex" ? "audio/pcm" : "audio/pcm;rate=24000";
  const data = encodeBase64(samplesToBytes(chunk.samples));
  const audio = toModelTurn({ inlineData: { mimeType, data } }, surface);
  const audioOnly = chunk.samples.length === 0 ? [] : [audio];
  if (!config.transcribeOutput) return audioOnly;
  const emptyFirst = startsTranscript && emptyTranscript ? [{ outputTranscription: {} }] : [];
  if (chunk.text === "") return [...emptyFirst, ...audioOnly];
  const transcript: ServerContent = { outputTranscription: { text: chunk.text } };
  if (bundlesTranscript) return [...emptyFirst, { ...audio, ...transcript }];
  return random() < transcriptAhead
    ? [...emptyFirst, transcript, ...audioOnly]
    : [...emptyFirst, ...audioOnly, transcript];
}
