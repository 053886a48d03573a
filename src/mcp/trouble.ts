/**
 * What went wrong with a remote server, in our own words.
 *
 * The SDK's messages may repeat an address or the body of an answer, and with them a secret.
 */
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";

/** The author's headers could not be made. */
export class HeadersError extends Error {}

/** Half a sentence: "did not answer in time". */
export function describeError(error: unknown): string {
  if (error instanceof HeadersError) return "was not asked, since its headers could not be made";
  if (error instanceof ProtocolError) return `answered with error ${error.code}`;
  const status = httpStatusOf(error);
  if (status === 401 || status === 403)
    return `refused the credentials it was sent (HTTP ${status}); check its headers`;
  if (status !== undefined) return `answered HTTP ${status}`;
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return "did not answer in time";
  if (error instanceof SdkError && error.code !== SdkErrorCode.EraNegotiationFailed)
    return `broke off (${error.code})`;
  return "cannot be reached, or does not speak MCP";
}

export const httpStatusOf = (error: unknown): number | undefined =>
  error instanceof SdkHttpError ? error.status : undefined;

/** Whether the connection itself is of no use any more: a refusal or a late answer of one call is not that. */
export function isConnectionBroken(error: unknown): boolean {
  if (error instanceof ProtocolError) return false;
  return !(
    error instanceof SdkError &&
    (error.code === SdkErrorCode.RequestTimeout || error.code === SdkErrorCode.InvalidResult)
  );
}
