/**
 * Describes errors of a remote server.
 *
 * The SDK's own messages may contain a URL or a response body, and with them a secret.
 */
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { ToolError } from "../core/errors.ts";

/** The predicate of a server that lets a deadline of the relay's pass. */
export const noAnswer = "did not answer in time";

/** The author's `headers` function threw. */
export class HeadersError extends Error {}

/** A predicate for the subject "the server": "did not answer in time". */
export function describeError(error: unknown): string {
  if (error instanceof HeadersError) return "was not asked, since its headers could not be made";
  if (isTimeout(error)) return noAnswer;
  if (error instanceof ProtocolError) return `answered with error ${error.code}`;
  const status = httpStatusOf(error);
  if (status === 401 || status === 403)
    return `refused the credentials it was sent (HTTP ${status}); check its headers`;
  if (status !== undefined) return `answered HTTP ${status}`;
  if (isUnreadable(error)) return "answered in a form that cannot be read";
  if (error instanceof SdkError && error.code !== SdkErrorCode.EraNegotiationFailed)
    return `broke off (${error.code})`;
  return "cannot be reached, or does not speak MCP";
}

/** A deadline of the SDK's, or of the relay's. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof SdkError
    ? error.code === SdkErrorCode.RequestTimeout
    : error instanceof ToolError && error.message === noAnswer;

/** The server answered, but not in the protocol's form. */
export const isUnreadable = (error: unknown): boolean =>
  error instanceof SdkError && error.code === SdkErrorCode.InvalidResult;

export const httpStatusOf = (error: unknown): number | undefined =>
  error instanceof SdkHttpError ? error.status : undefined;

/** Whether the connection is unusable. A rejection or a timeout of one call leaves it usable. */
export function isConnectionBroken(error: unknown): boolean {
  return !(error instanceof ProtocolError || isTimeout(error) || isUnreadable(error));
}
