/** ADK's artifact routes: files beside a conversation, in versions. One whose name begins with `user:` is its user's. */
import { Hono, type Context } from "hono";
import { z } from "zod";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { checkOrigin } from "../../access/origin.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError } from "../../core/errors.ts";
import { directoryForScope } from "../../directory.ts";
import type { Artifact, ArtifactVersion } from "../../store/artifacts.ts";
import { fromBase64, toBase64, toUrlSafeBase64 } from "../../wire/base64.ts";
import { toCamelCase } from "../../wire/casing.ts";
import {
  admitted,
  bodyOf,
  bounded,
  conversationOf,
  detail,
  fromPages,
  refused,
  unfit,
  type Files,
} from "./http.ts";
import { misfit } from "./session-json.ts";

interface Filing {
  Bindings: Env;
  Variables: { who: Identity };
}
type Here = Context<Filing>;

const base = "/apps/:app/users/:user/sessions/:session/artifacts";

export const adkArtifacts = new Hono<Filing>();

for (const path of [base, `${base}/*`])
  adkArtifacts.use(path, fromPages, (context, next) => enter(context, next), bounded);

/** The session's, and the user's. */
adkArtifacts.get(base, async (context) => {
  const all = await Promise.all([shelf(context, ""), shelf(context, "user:")]);
  const names = await Promise.all(all.map((each) => each.names()));
  return context.json(names.flat().toSorted());
});

const filing = z.object({
  filename: z.string().trim().min(1).max(512),
  artifact: z.object({
    text: z.string().nullish(),
    inlineData: z.object({ mimeType: z.string().default(""), data: z.string() }).nullish(),
  }),
  customMetadata: z.record(z.string(), z.json()).nullish(),
});

adkArtifacts.post(base, async (context) => {
  const body = toCamelCase(await bodyOf(context));
  const { data, error } = filing.safeParse(body ?? {});
  if (error) return context.json(misfit(error, body), 422);
  const artifact = artifactOf(data.artifact);
  if (!artifact) return detail(context, 400, "An artifact is `text`, or `inlineData` in base64.");
  const { who } = context.var;
  const known = await (await conversationOf(context.env, who)).describe();
  if (!known) return detail(context, 404, "Session not found");
  const name = data.filename;
  const kept = await (await shelf(context, name)).save(name, artifact, data.customMetadata ?? {});
  return kept
    ? context.json(versionJson(who, kept))
    : detail(context, 413, "There is no room for it. Delete artifacts that are not needed.");
});

adkArtifacts.get(`${base}/*`, async (context) => {
  const { name, rest } = namedIn(context);
  const files = await shelf(context, name);
  if (rest === undefined) return part(context, await files.load(name, numberOf(context)));
  if (rest === "") return context.json((await files.versions(name)).map(({ version }) => version));
  const versions = await files.versions(name);
  if (rest === "metadata")
    return context.json(versions.map((each) => versionJson(context.var.who, each)));
  const [, wanted = "", metadata] = /^(\d+|latest)(\/metadata)?$/.exec(rest) ?? [];
  if (!wanted) return detail(context, 422, "Invalid version ID");
  const version = wanted === "latest" ? versions.at(-1)?.version : Number(wanted);
  if (!metadata) return part(context, await files.load(name, version ?? 0));
  const found = versions.find((each) => each.version === version);
  return found
    ? context.json(versionJson(context.var.who, found))
    : detail(context, 404, "Artifact version not found");
});

adkArtifacts.delete(`${base}/*`, async (context) => {
  const { name } = namedIn(context);
  await (await shelf(context, name)).remove(name);
  return context.json(null);
});

/** A name may have slashes in it: what follows `/versions`, at the end, is of the version. */
function namedIn({ req }: Here): { readonly name: string; readonly rest: string | undefined } {
  const path = new URL(req.url).pathname.split("/artifacts/").slice(1).join("/artifacts/");
  const [, name = path, rest] = /^(.+)\/versions((?:\/[^/]+){0,2})$/.exec(path) ?? [];
  return { name: decoded(name), rest: rest?.slice(1) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function numberOf({ req }: Here): number | undefined {
  const version = req.query("version");
  return version === undefined ? undefined : Number(version);
}

const part = (context: Here, artifact: Artifact | undefined): Response => {
  if (!artifact) return detail(context, 404, "Artifact not found");
  const { mimeType, bytes } = artifact;
  return context.json(
    mimeType === ""
      ? { text: new TextDecoder().decode(bytes) }
      : { inlineData: { mimeType, data: toUrlSafeBase64(toBase64(bytes)) } },
  );
};

function artifactOf({
  text,
  inlineData,
}: z.output<typeof filing>["artifact"]): Artifact | undefined {
  if (!inlineData)
    return typeof text === "string"
      ? { mimeType: "", bytes: new TextEncoder().encode(text) }
      : undefined;
  const bytes = fromBase64(inlineData.data);
  return bytes && { mimeType: inlineData.mimeType || "application/octet-stream", bytes };
}

const versionJson = (
  { app, user, session }: Identity,
  { name, version, mimeType, created, metadata }: ArtifactVersion,
): object => ({
  version,
  canonicalUri: `parley://apps/${app}/users/${user}/${name.startsWith("user:") ? "" : `sessions/${session}/`}artifacts/${name}/versions/${version}`,
  customMetadata: metadata,
  createTime: created / 1000,
  mimeType: mimeType || "text/plain",
});

/** Where an artifact of this name is. */
async function shelf({ env, var: { who } }: Here, name: string): Promise<Files> {
  const place = name.startsWith("user:")
    ? (directoryForScope(env, "user", who) as unknown as { artifacts(): Promise<Files> })
    : await conversationOf(env, who);
  return place.artifacts();
}

/** Address, agent, origin and token, in that order. */
async function enter(context: Here, next: () => Promise<void>): Promise<Response | undefined> {
  const { app = "", user = "", session = "" } = context.req.param() as Record<string, string>;
  const who = parseIdentity(app, user, session);
  if (isClientError(who)) return refused(context, who);
  if (!agents.some(({ name }) => name === app))
    return detail(context, 404, `App not found: ${app}`);
  if (checkOrigin(context.req.raw, readConfig(context.env, agents).allowedOrigins))
    return context.text("Forbidden: origin not allowed", 403);
  const reads = /^(GET|HEAD)$/.test(context.req.method);
  const no =
    (await admitted(context, who)) ?? (reads ? undefined : await unfit(context, "speaker"));
  if (no) return refused(context, no);
  context.set("who", who);
  await next();
  return undefined;
}
