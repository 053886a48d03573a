/**
 * Classifies the reasons with which the service closes a connection.
 *
 * Code 1007 alone may be a bad field, a dead key, a region or an exhausted context, so the reason text decides. Quota,
 * key, model and location are not retried: a retry costs and cannot help.
 */
import { clientError, type ClientError } from "../errors.ts";

/** Why the upstream connection is lost, and whether a retry may help. */
export interface UpstreamFailure {
  readonly retryable: boolean;
  readonly error: ClientError;
  /** Why the service does not resume a session: it does not know the handle, or believes the session in use. */
  readonly cause?: "handle" | "conflict" | undefined;
}

/** Only where a handle was presented. */
const resumptionPatterns: readonly (readonly [RegExp, "handle" | "conflict"])[] = [
  [/session not found|requested entity was not found|invalid argument|precondition/i, "handle"],
  [/internal error/i, "conflict"],
];

/** Why there is no access token for Vertex. */
export type TokenFailure = "unusable" | "refused" | "unreachable";

/** The close reason of an attempt that got no access token. @param detail the service's own text. */
export const tokenFailureReason = (failure: TokenFailure, detail: string): string =>
  `service account ${failure}: ${detail}`;

const failurePatterns: readonly (readonly [RegExp, () => ClientError])[] = [
  [
    /^service account unusable/,
    () =>
      clientError(
        "UPSTREAM_UNAUTHENTICATED",
        "The server cannot sign with its service account's key. The operator of this server must set GOOGLE_SERVICE_ACCOUNT_KEY to the whole JSON file, with its private_key as it came; the conversation is kept.",
      ),
  ],
  [
    /^service account refused/,
    () =>
      clientError(
        "UPSTREAM_UNAUTHENTICATED",
        "Google did not accept the server's service account. The operator of this server must check that the account exists and is enabled, that the key in GOOGLE_SERVICE_ACCOUNT_KEY was not deleted, and that the server's clock is right; the conversation is kept.",
      ),
  ],
  [
    /api key|unauthenticated|permission|ephemeral token/i,
    () =>
      clientError(
        "UPSTREAM_UNAUTHENTICATED",
        "The model's service refused the server's credentials. The operator of this server must check GEMINI_API_KEY, or on Vertex the service account, its role (Vertex AI User) and that the API is enabled; the conversation is kept.",
      ),
  ],
  [
    /not found for api version|model was not found|is not supported for bidi/i,
    () =>
      clientError(
        "MODEL_NOT_FOUND",
        "The model's service does not know this agent's model. The operator of this server must change the agent's `model`; the conversation is kept.",
      ),
  ],
  [
    /quota|resource_exhausted|rate limit/i,
    () =>
      clientError(
        "QUOTA_EXCEEDED",
        "The quota of the model's service is used up. Nothing said is lost; try again in a minute.",
      ),
  ],
  [
    /location is not supported/i,
    () =>
      clientError(
        "LOCATION_REFUSED",
        "The model's service does not serve the region this server called from. The operator of this server must place it elsewhere; the conversation is kept.",
      ),
  ],
  [
    /not implemented|invalid json payload|invalid value at|is deprecated|cannot extract voices|requested combination/i,
    () =>
      clientError(
        "UPSTREAM_REFUSED",
        "The model's service does not take what this agent asks of it. The operator of this server must change the agent; the conversation is kept.",
      ),
  ],
];

const upstreamLost = (): ClientError =>
  clientError(
    "UPSTREAM_LOST",
    "The connection to the model was lost and is being opened again. What was said is kept, and the model is told of it; an answer under way is cut: ask again if you miss the rest.",
  );

/**
 * Reads a close, a failed upgrade or an in-band error of the upstream.
 * @param reason the close reason or error text as the service wrote it; never shown to clients as is.
 */
export function classifyClose(reason: string): UpstreamFailure {
  if (reason.startsWith(tokenFailureReason("unreachable", "")))
    return { retryable: true, error: upstreamLost() };
  const [, permanentError] = failurePatterns.find(([pattern]) => pattern.test(reason)) ?? [];
  if (permanentError) return { retryable: false, error: permanentError() };
  const [, cause] = resumptionPatterns.find(([pattern]) => pattern.test(reason)) ?? [];
  return { retryable: true, error: upstreamLost(), cause };
}

/**
 * Reads the end of a session that had begun. A clean close (1000) is a loss like any other: nothing here asked for it.
 * @param callsPending whether a call of the model had no response. The service then ends some sessions that send audio
 * meanwhile, as "aborted" or "not implemented": that is no refusal of the agent, and the resumed session takes the response.
 * Nor is a refused update of the context: the resumed session has it in its setup.
 */
export const classifyLoss = (reason: string, callsPending: boolean): UpstreamFailure =>
  (callsPending && /\baborted\b|not implemented/i.test(reason)) || /context_?update/i.test(reason)
    ? { retryable: true, error: upstreamLost() }
    : classifyClose(reason);

/**
 * Reads the end of an attempt before its session began. No connection was there to lose: the address may be wrong, and
 * the client must not be told otherwise.
 */
export function classifyFailedAttempt(reason: string): UpstreamFailure {
  const failure = classifyClose(reason);
  return failure.retryable ? { ...failure, error: notReachedYet() } : failure;
}

/** The code is that of a loss: clients wait, and runs go on, while the relay tries again. */
const notReachedYet = (): ClientError =>
  clientError(
    "UPSTREAM_LOST",
    "The model could not be reached, and the server tries again. What was said is kept, and the model is told of it when it answers.",
  );

/** An answer broke off for the third time. */
export const answerBrokenOff = (): ClientError =>
  clientError(
    "NO_ANSWER",
    "The model stopped in the middle of its answer, and again when it was asked for the rest. What was said is kept; ask again in a moment.",
  );

/** The model ended its turn with nothing, and again when it was asked for the answer. */
export const noAnswerGiven = (): ClientError =>
  clientError(
    "NO_ANSWER",
    "The model ended its turn without an answer, and again when it was asked for one. What was said is kept; say it again, or in other words.",
  );

/** After the last retry. */
export const upstreamUnreachable = (): ClientError =>
  clientError(
    "UPSTREAM_UNREACHABLE",
    "The model could not be reached. What was said so far is kept; say something in a few seconds to try again.",
  );
