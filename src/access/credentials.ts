/** Error texts for the credentials of Live API clients: Google's texts, which its SDKs look for. */
import { clientError, type ClientError } from "../core/errors.ts";
import { tokenError, type TokenFault } from "./token.ts";

/** A token that is refused for its claims has no text of Google's: the words are parley's. */
export function liveTokenError(fault: TokenFault): ClientError {
  switch (fault.fault) {
    case "missing":
      return missingCredential();
    case "invalid":
      return invalidCredential();
    case "expired":
      return expired();
    case "refused":
    case "no secret":
    case "unverifiable":
      return tokenError(fault);
  }
}

/** Live API: a bad key closes the socket after the upgrade, with 1007. */
export const invalidCredential = (): ClientError => ({
  ...clientError("UNAUTHENTICATED", "API key not valid. Please pass a valid API key."),
  close: 1007,
});

export const expired = (): ClientError => ({
  ...clientError("UNAUTHENTICATED", "API key expired. Please renew the API key."),
  close: 1007,
});

export const spent = (): ClientError =>
  clientError("UNAUTHENTICATED", "The ephemeral token has no uses left.");

const missingCredential = (): ClientError =>
  clientError(
    "UNAUTHENTICATED",
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  );
