/** ADK's live connection, `WS /run_live`: who comes in, with which wishes, and ADK's close codes for who may not. */
import { Hono, type Context } from "hono";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { checkOrigin } from "../../access/origin.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import type { Seat } from "../../conversation/connections.ts";
import { admitted, conversationOf } from "./http.ts";
import { adkRole, checkAgent, join, refuse, wantsSocket } from "../admission.ts";

type Here = Context<{ Bindings: Env }>;

export const adkLive = new Hono<{ Bindings: Env }>();

adkLive.get("/run_live", async (context) => {
  const { req, env } = context;
  const wishes = wishesOf(req);
  const conversation = isClientError(wishes) ? wishes : await enter(context);
  if (isClientError(conversation)) return refuse(req.raw, conversation, "adk-live");
  if (isClientError(wishes)) return refuse(req.raw, wishes, "adk-live");
  const role = await adkRole(req.raw, env);
  const seat = { door: "adk-live", app: conversation.app, role, granted: role, ...wishes } as const;
  return join(context, { conversation, seat });
});

/** Address, agent, origin, token and session, in that order. */
async function enter(context: Here): Promise<Identity | ClientError> {
  const { req, env } = context;
  const { defaultApp, allowedOrigins } = readConfig(env, agents);
  const app = req.query("app_name") ?? defaultApp;
  const conversation = parseIdentity(
    app,
    req.query("user_id") ?? "",
    req.query("session_id") ?? "",
  );
  if (isClientError(conversation)) return conversation;
  const no =
    checkAgent(app) ??
    checkOrigin(req.raw, allowedOrigins) ??
    (await admitted(context, conversation));
  if (no || !wantsSocket(req.raw)) return no ?? conversation;
  const known = await (await conversationOf(env, conversation)).describe();
  return known ? conversation : notFound();
}

/** ADK closes with 1002, and these words. */
const notFound = (): ClientError => ({
  ...clientError("NOT_FOUND", "Session not found"),
  close: 1002,
});

/**
 * What the query asks for. A model that speaks is not asked for text: who wants TEXT gets the words of what it says,
 * and no sound. Sessions are resumed for everybody, so what asks for that is only checked.
 */
function wishesOf(req: Here["req"]): Pick<Seat, Wished> | ClientError {
  const modalities = req.queries("modalities") ?? [];
  const strange = modalities.find((each) => each !== "AUDIO" && each !== "TEXT");
  if (strange !== undefined) return wrong("modalities", "AUDIO or TEXT");
  const flags = flagNames.map((name) => [name, flag(req.query(name))] as const);
  const unclear = flags.find(([, value]) => value === "unclear");
  if (unclear) return wrong(unclear[0], "true or false");
  const asked = new Map(flags);
  return {
    proactivity: asked.get("proactive_audio") === true,
    affectiveDialog: asked.get("enable_affective_dialog") === true,
    ...(asked.get("explicit_vad_signal") === true && { marks: true as const }),
    ...(asked.get("save_live_blob") === true && { saves: true as const }),
    ...(modalities.length > 0 && !modalities.includes("AUDIO") && { silent: true as const }),
  };
}

type Wished = "proactivity" | "affectiveDialog" | "silent" | "saves" | "marks";

const flagNames = [
  "proactive_audio",
  "enable_affective_dialog",
  "enable_session_resumption",
  "save_live_blob",
  "explicit_vad_signal",
] as const;

const wrong = (name: string, takes: string): ClientError =>
  clientError("BAD_IDENTITY", `"${name}" in the address takes ${takes}.`);

/** As FastAPI reads a boolean of a query. */
function flag(value: string | undefined): boolean | "unclear" {
  if (value === undefined) return false;
  if (/^(true|1|yes|on|y|t)$/i.test(value)) return true;
  return /^(false|0|no|off|n|f)$/i.test(value) ? false : "unclear";
}
