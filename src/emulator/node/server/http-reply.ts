/** A reply to plain HTTP: an object is sent as JSON, a string as text. */
export interface HttpReply {
  readonly status: number;
  readonly body: object | string;
}

/** An error in the format of Google's APIs. */
export function errorReply(code: number, status: string, message: string): HttpReply {
  return { status: code, body: { error: { code, message, status } } };
}
