/** What Twilio is told to do with a call (TwiML). */

export interface Connection {
  /** `wss`, without a query, which Twilio drops. */
  readonly stream: string;
  /** Comes with the stream's `start`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Where Twilio asks what to do when the stream has ended, and the call has not. */
  readonly afterwards: string;
}

/** A stream in both directions, and then another question. */
export function connect({ stream, parameters, afterwards }: Connection): string {
  const given = Object.entries(parameters)
    .map(([name, value]) => `<Parameter name="${escaped(name)}" value="${escaped(value)}"/>`)
    .join("");
  return document(
    `<Connect><Stream url="${escaped(stream)}">${given}</Stream></Connect><Redirect method="POST">${escaped(afterwards)}</Redirect>`,
  );
}

export const hangUp = (): string => document("<Hangup/>");

const document = (verbs: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${verbs}</Response>`;

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
