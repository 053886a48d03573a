/** Helpers of the ADK API server's routes: JSON bodies, errors in FastAPI's shape. */
import type { Context } from "hono";
import { checkOrigin } from "../../access/origin.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import type { ClientError } from "../../core/errors.ts";
import { limits } from "../../core/policy/limits.ts";
import { readBody } from "../request-body.ts";
import { retryHeaders } from "../retry-after.ts";
import { describeJsonFault, parseJson } from "../validators.ts";

/** For routes that name no conversation, whose admission would check the page. */
export async function checkPage(
  context: Context,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const error = checkOrigin(context.req.raw, readConfig(context.env as Env, agents));
  if (error) return errorResponse(context, error);
  await next();
  return undefined;
}

/**
 * Reads the body of a request that was authorised.
 * @returns null for an empty body, a response if the body is refused. For one that is no JSON a symbol, which no schema
 * accepts: its description is a sentence for `validationErrors`.
 */
export async function bodyOf(context: Context): Promise<unknown> {
  const text = await readBody(context.req.raw, limits.bodyBytes.value);
  if (typeof text !== "string") return errorResponse(context, text);
  if (text.trim() === "") return null;
  const body = parseJson(text);
  return body === undefined ? Symbol(`The body ${describeJsonFault(text)}`) : body;
}

/** A body of JSON in parts. A part is made when the client has taken the one before. */
export function streamOfTexts(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => void (await texts.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

/** The error as ADK's server sends it. @param app in the request. */
export function errorResponse(context: Context, error: ClientError, app = ""): Response {
  const { code, status, message } = error;
  if (code === "UNKNOWN_AGENT") return detail(context, 404, `App not found: ${app}`);
  // FastAPI answers a foreign origin or host in plain text.
  if (code === "FORBIDDEN_ORIGIN") return context.text("Forbidden: origin not allowed", 403);
  if (code === "FORBIDDEN_HOST") return context.text("Forbidden: host not allowed", 403);
  for (const [name, value] of Object.entries(retryHeaders(error))) context.header(name, value);
  return detail(context, status, message);
}

/** An error in FastAPI's shape. */
export const detail = (
  context: Context,
  status: ClientError["status"] | 405 | 409 | 422 | 501,
  text: string,
): Response => context.json({ detail: text }, status);
