/** Turns what clients ask for into Live API messages, in the shapes the agent's model takes. */
import { toBase64 } from "../../wire/base64.ts";
import type { Content } from "../../wire/adk.ts";
import type { ClientMessage } from "../../wire/live-api.ts";
import type { Capabilities } from "../live-api/capabilities.ts";
import type { LiveRequest } from "../client-request.ts";

/** How a message is held while there is no link: audio grows stale, text never does. */
export type Weight = "text" | "audio" | "video" | "signal";

export interface Saying {
  readonly message: ClientMessage;
  readonly weight: Weight;
  /** About how much memory it takes while held. */
  readonly bytes: number;
}

export function sayingOf(request: LiveRequest, capabilities: Pick<Capabilities, "text">): Saying {
  switch (request.type) {
    case "text":
      return {
        message: textMessage(
          request.text,
          request.as === "realtime" ? { text: "realtimeInput" } : capabilities,
        ),
        weight: "text",
        bytes: request.text.length * 2,
      };
    case "audio": {
      const data = toBase64(request.pcm);
      const mimeType = `audio/pcm;rate=${request.rate}`;
      return realtime({ audio: { data, mimeType } }, "audio", data.length);
    }
    case "image": {
      const { data, mimeType } = request;
      return realtime({ video: { data, mimeType } }, "video", data.length);
    }
    case "activityStart":
      return realtime({ activityStart: {} }, "signal", 0);
    case "activityEnd":
      return realtime({ activityEnd: {} }, "signal", 0);
    case "audioStreamEnd":
      return realtime({ audioStreamEnd: true }, "signal", 0);
    case "content":
      return contentSaying(request);
  }
}

/** Nobody is owed an answer to what is not complete, or is past. */
const contentSaying = ({
  turns,
  complete,
  past,
}: Extract<LiveRequest, { type: "content" }>): Saying => ({
  message: {
    clientContent: { ...(turns.length > 0 && { turns: [...turns] }), turnComplete: complete },
  },
  weight: complete && !past ? "text" : "signal",
  bytes: JSON.stringify(turns).length * 2,
});

/** What was said before a session, which is not to be answered (Live API: historyConfig). */
export const historySaying = (turns: readonly Content[]): Saying => ({
  message: { clientContent: { turns: [...turns], turnComplete: true } },
  // Not words: nobody is owed an answer to it.
  weight: "signal",
  bytes: JSON.stringify(turns).length * 2,
});

/**
 * Stops the answer under way where clientContent interrupts (Live API), and asks for none: without
 * `turnComplete` the model waits for more.
 */
export const stopSaying: Saying = {
  message: { clientContent: { turns: [], turnComplete: false } },
  weight: "signal",
  bytes: 0,
};

const realtime = (
  realtimeInput: Extract<ClientMessage, { realtimeInput: unknown }>["realtimeInput"],
  weight: Weight,
  bytes: number,
): Saying => ({ message: { realtimeInput }, weight, bytes });

const textMessage = (text: string, { text: channel }: Pick<Capabilities, "text">): ClientMessage =>
  channel === "realtimeInput"
    ? { realtimeInput: { text } }
    : { clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete: true } };
