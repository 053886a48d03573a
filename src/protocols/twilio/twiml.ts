/** Instructions to Twilio for a call (TwiML). */

interface StreamInstruction {
  /** A `wss` URL. Twilio drops its query. */
  readonly stream: string;
  /** Twilio repeats them in the stream's `start`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Twilio asks this URL for instructions when the stream ends before the call. */
  readonly afterwards: string;
}

/** Connects the call to a bidirectional stream. */
export function connect({ stream, parameters, afterwards }: StreamInstruction): string {
  const elements = Object.entries(parameters)
    .map(([name, value]) => `<Parameter name="${escapeXml(name)}" value="${escapeXml(value)}"/>`)
    .join("");
  return document(
    `<Connect><Stream url="${escapeXml(stream)}">${elements}</Stream></Connect><Redirect method="POST">${escapeXml(afterwards)}</Redirect>`,
  );
}

interface DialInstruction {
  /** A number, or a SIP address. */
  readonly to: string;
  /** Twilio asks this URL for instructions when the dialled party has hung up, or has not answered. */
  readonly afterwards: string;
}

/** How long the other telephone rings, in s. */
const ringSeconds = 30;

/** Connects the caller to another telephone. */
export function dial({ to, afterwards }: DialInstruction): string {
  const name = to.startsWith("sip") ? "Sip" : "Number";
  return document(
    `<Dial timeout="${ringSeconds}" action="${escapeXml(afterwards)}" method="POST"><${name}>${escapeXml(to)}</${name}></Dial>`,
  );
}

export const hangUp = (): string => document("<Hangup/>");

const document = (verbs: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${verbs}</Response>`;

const escapeXml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
