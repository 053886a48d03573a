/** The route of ADK's live connection, `WS /run_live`: admission, options, ADK's close codes for refusals. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import {
  admittedFields,
  authorizeClient,
  connect,
  isUpgrade,
  refuse,
  type Admission,
} from "../admission.ts";
import { conversationOf } from "../remote-conversation.ts";
import { idFromQuery } from "../../wire/query-id.ts";

type RouteContext = Context<{ Bindings: Env }>;

export const adkLive = new Hono<{ Bindings: Env }>();

adkLive.get("/run_live", async (context) => {
  const { req } = context;
  const options = optionsOf(req);
  if (isClientError(options)) return refuse(req.raw, options, "adk-live");
  const admission = await admit(context);
  if (isClientError(admission)) return refuse(req.raw, admission, "adk-live");
  const { identity } = admission;
  const client = { protocol: "adk-live", ...admittedFields(admission), ...options } as const;
  return connect(context, { identity, client });
});

async function admit(context: RouteContext): Promise<Admission | ClientError> {
  const { req, env } = context;
  const admission = await authorizeClient(context, "connectRunLive", {
    app: idFromQuery(req.url, "app_name"),
    user: idFromQuery(req.url, "user_id") ?? "",
    session: idFromQuery(req.url, "session_id") ?? "",
  });
  if (isClientError(admission) || !isUpgrade(req.raw)) return admission;
  const exists = await (await conversationOf(env, admission.identity)).exists();
  return exists ? admission : notFound();
}

/** ADK closes with 1002 and this text. */
const notFound = (): ClientError => ({
  ...clientError("NOT_FOUND", "Session not found"),
  close: 1002,
});

/**
 * Parses the options in the query. A native audio model cannot answer in text, so a client that asks for TEXT gets the
 * transcripts and no audio. A client that asks for VIDEO, as ADK's page does for its camera, gets audio: the models send
 * no video. The relay resumes every session, so `enable_session_resumption` is validated only.
 */
function optionsOf(req: RouteContext["req"]): LiveOptions | ClientError {
  const modalities = req.queries("modalities") ?? [];
  if (!modalities.every((modality) => modalityNames.includes(modality)))
    return invalidOption("modalities", "AUDIO, TEXT or VIDEO");
  const flags = new Map(flagNames.map((name) => [name, parseFlag(req.query(name))]));
  const invalid = flagNames.find((name) => flags.get(name) === "invalid");
  if (invalid) return invalidOption(invalid, "true or false");
  return {
    proactivity: flags.get("proactive_audio") === true,
    affectiveDialog: flags.get("enable_affective_dialog") === true,
    ...(flags.get("explicit_vad_signal") === true && { voiceActivity: true as const }),
    ...(flags.get("save_live_blob") === true && { recordsAudio: true as const }),
    ...(isTextOnly(modalities) && { textOnly: true as const }),
  };
}

interface LiveOptions {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  readonly voiceActivity?: true;
  readonly recordsAudio?: true;
  readonly textOnly?: true;
}

const modalityNames: readonly string[] = ["AUDIO", "TEXT", "VIDEO"];

const isTextOnly = (modalities: readonly string[]): boolean =>
  modalities.length > 0 && modalities.every((modality) => modality === "TEXT");

const flagNames = [
  "proactive_audio",
  "enable_affective_dialog",
  "enable_session_resumption",
  "save_live_blob",
  "explicit_vad_signal",
] as const;

const invalidOption = (name: string, takes: string): ClientError =>
  clientError("BAD_IDENTITY", `"${name}" in the address takes ${takes}.`);

/** As FastAPI parses a boolean in a query. */
function parseFlag(value: string | undefined): boolean | "invalid" {
  if (value === undefined) return false;
  if (/^(true|1|yes|on|y|t)$/i.test(value)) return true;
  return /^(false|0|no|off|n|f)$/i.test(value) ? false : "invalid";
}
