/** What the routes of ADK's API server have in common: admission, bodies, and refusals in FastAPI's shape. */
import type { Context } from "hono";
import { roleClaim } from "../../access/token.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { clientError, type ClientError } from "../../core/errors.ts";
import { mayTakeRole, type Role } from "../../wire/parley-v1.ts";
import type { WorkerRequest } from "../admission.ts";

/**
 * Why a token's role is not enough. A token without a role, as ADK's clients have, may do everything that these routes
 * offer.
 */
export async function roleError(
  { req, env }: WorkerRequest,
  needed: Role,
): Promise<ClientError | undefined> {
  const role = await roleClaim(req.raw, readConfig(env, agents).auth);
  if (role === undefined || mayTakeRole(role, needed)) return undefined;
  return clientError(
    "NOT_ALLOWED",
    `The token's role is "${role}", and this needs "${needed}". Nothing was changed.`,
  );
}

/** A missing or empty body is null. @returns a text, which fits no schema, if the body is not JSON. */
export async function bodyOf({ req }: Pick<Context, "req">): Promise<unknown> {
  const text = await req.text();
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return "not JSON";
  }
}

/** An error as ADK's server words it. @param app that the request named. */
export function refused(
  context: Context,
  { code, status, message }: ClientError,
  app = "",
): Response {
  if (code === "UNKNOWN_AGENT") return detail(context, 404, `App not found: ${app}`);
  // A preflight was answered before; FastAPI refuses a foreign page in plain text.
  if (code === "FORBIDDEN_ORIGIN") return context.text("Forbidden: origin not allowed", 403);
  return detail(context, status, message);
}

/** A refusal in FastAPI's shape. */
export const detail = (
  context: Context,
  status: ClientError["status"] | 409 | 422 | 501,
  text: string,
): Response => context.json({ detail: text }, status);
