/** The first frame of a session: what an agent asks of its model, and nothing the model forbids. */
import type { ClientMessage } from "../wire/live.ts";
import type { Capabilities } from "./capabilities.ts";

/** The part of an agent that the model is told. */
export interface Prompt {
  readonly model: string;
  readonly instruction: string;
  readonly voice: string | undefined;
}

/** What a client may wish for when it joins (ADK bidi-demo's query parameters). */
export interface Wishes {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
}

/** Live API: BidiGenerateContentSetup. Every current Live model speaks, so the modality is AUDIO. */
export function setupOf(
  prompt: Prompt,
  wishes: Wishes,
  capabilities: Capabilities,
): Extract<ClientMessage, { setup: unknown }> {
  const { model, instruction, voice } = prompt;
  return {
    setup: {
      model: model.startsWith("models/") ? model : `models/${model}`,
      generationConfig: {
        responseModalities: ["AUDIO" as never],
        ...(voice && {
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } },
        }),
        ...(wishes.affectiveDialog &&
          capabilities.affectiveDialog === "optional" && { enableAffectiveDialog: true }),
      },
      ...(instruction && { systemInstruction: { parts: [{ text: instruction }] } }),
      ...(wishes.proactivity &&
        capabilities.proactiveAudio === "optional" && { proactivity: { proactiveAudio: true } }),
      inputAudioTranscription: {},
      outputAudioTranscription: {},
      sessionResumption: {},
      // Without it a session ends after fifteen minutes, and every turn costs more than the last.
      contextWindowCompression: { slidingWindow: {} },
    },
  };
}
