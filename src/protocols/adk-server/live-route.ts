/** ADK's live connection, `WS /run_live`: who comes in, with which wishes, and ADK's close codes for who may not. */
import { Hono, type Context } from "hono";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { authorizeClient, connect, isUpgrade, refuse, type Admission } from "../admission.ts";
import { conversationOf } from "../remote-conversation.ts";

type RouteContext = Context<{ Bindings: Env }>;

export const adkLive = new Hono<{ Bindings: Env }>();

adkLive.get("/run_live", async (context) => {
  const { req } = context;
  const options = optionsOf(req);
  if (isClientError(options)) return refuse(req.raw, options, "adk-live");
  const admission = await admit(context);
  if (isClientError(admission)) return refuse(req.raw, admission, "adk-live");
  const { identity, role } = admission;
  const { app } = identity;
  const client = { protocol: "adk-live", app, role, granted: role, ...options } as const;
  return connect(context, { identity, client });
});

async function admit(context: RouteContext): Promise<Admission | ClientError> {
  const { req, env } = context;
  const admission = await authorizeClient(
    context,
    {
      app: req.query("app_name"),
      user: req.query("user_id") ?? "",
      session: req.query("session_id") ?? "",
    },
    { adk: true },
  );
  if (isClientError(admission) || !isUpgrade(req.raw)) return admission;
  const exists = await (await conversationOf(env, admission.identity)).describe();
  return exists ? admission : notFound();
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
function optionsOf(req: RouteContext["req"]): LiveOptions | ClientError {
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
    ...(asked.get("explicit_vad_signal") === true && { voiceActivity: true as const }),
    ...(asked.get("save_live_blob") === true && { recordsAudio: true as const }),
    ...(modalities.length > 0 && !modalities.includes("AUDIO") && { textOnly: true as const }),
  };
}

interface LiveOptions {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  readonly voiceActivity?: true;
  readonly recordsAudio?: true;
  readonly textOnly?: true;
}

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
