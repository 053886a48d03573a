/** All telephone providers, by the name of their connections' protocol. */
import type { PhoneProtocolName } from "../attachment.ts";
import type { PhoneProvider } from "./provider.ts";
import { twilio } from "./twilio.ts";

export const phoneProviders: Readonly<Record<PhoneProtocolName, PhoneProvider>> = { twilio };
