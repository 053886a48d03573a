/** What plain HTTP is answered with: a value, shown as JSON, or a text as it is. */
export interface HttpReply {
  readonly status: number;
  readonly body: object | string;
}

/** An error as Google's APIs write it. */
export function errorReply(code: number, status: string, message: string): HttpReply {
  return { status: code, body: { error: { code, message, status } } };
}
