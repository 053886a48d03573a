/** All protocols, by the name in their connections' attachments. */
import { adkDemo } from "./adk-demo/codec.ts";
import { adkLive } from "./adk-server/live-codec.ts";
import { adkRun } from "./adk-server/run-codec.ts";
import { phoneProtocols, type ProtocolName } from "./attachment.ts";
import { liveApi } from "./live-api/codec.ts";
import { parleyV1 } from "./parley-v1/codec.ts";
import type { Protocol } from "./protocol.ts";
import { sse } from "./sse/codec.ts";
import { phoneProtocol } from "./phone/codec.ts";
import { phoneProviders } from "./phone/providers.ts";

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  "parley-v1": parleyV1,
  "adk-demo": adkDemo,
  "adk-live": adkLive,
  "adk-run": adkRun,
  sse,
  "live-api": liveApi,
  twilio: phoneProtocol(phoneProviders.twilio),
  telnyx: phoneProtocol(phoneProviders.telnyx),
  plivo: phoneProtocol(phoneProviders.plivo),
};

/**
 * Protocols with one encoding of an event for all connections, unnumbered and never replayed. The others number their
 * frames, get the model's own messages, or get only the events of a run.
 */
export const eventProtocols = ["adk-demo", "adk-live", ...phoneProtocols] as const;
