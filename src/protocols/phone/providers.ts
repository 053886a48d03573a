/** All telephone providers, by the name of their connections' protocol. */
import type { PhoneProtocolName } from "../attachment.ts";
import type { PhoneProvider } from "./provider.ts";
import { plivo } from "./plivo.ts";
import { telnyx } from "./telnyx.ts";
import { twilio } from "./twilio.ts";

export const phoneProviders: Readonly<Record<PhoneProtocolName, PhoneProvider>> = {
  twilio,
  telnyx,
  plivo,
};
