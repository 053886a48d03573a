/** The parts that the providers' instructions for calls (TwiML, TeXML, Plivo XML) have in common. */

/** How long another telephone rings, in s. */
export const ringSeconds = 30;

export const document = (verbs: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${verbs}</Response>`;

export const hangUp = (): string => document("<Hangup/>");

/** Twilio's, and TeXML's. */
export const rejectAsBusy = (): string => document('<Reject reason="busy"/>');

/** Asks a URL for further instructions. */
export const redirect = (url: string): string =>
  `<Redirect method="POST">${escapeXml(url)}</Redirect>`;

export const escapeXml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
