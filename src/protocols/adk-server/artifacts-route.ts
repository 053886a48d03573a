/** ADK's artifact routes: files beside a conversation, in versions. One whose name begins with `user:` is its user's. */
import { Hono, type Context } from "hono";
import { z } from "zod";
import type { Identity } from "../../access/identity.ts";
import { isClientError } from "../../core/errors.ts";
import { directoryForScope } from "../../directory.ts";
import type { Artifact, ArtifactVersion } from "../../store/artifacts.ts";
import { fromBase64, toBase64, toUrlSafeBase64 } from "../../wire/base64.ts";
import { toCamelCase } from "../../wire/casing.ts";
import { authorizeClient } from "../admission.ts";
import {
  allowListedOrigins,
  conversationOf,
  limitBody,
  type RemoteArtifacts,
} from "../remote-conversation.ts";
import { bodyOf, detail, refused, roleError } from "./http.ts";
import { misfit } from "./session-json.ts";

interface ArtifactRoutes {
  Bindings: Env;
  Variables: { identity: Identity };
}
type RouteContext = Context<ArtifactRoutes>;

const base = "/apps/:app/users/:user/sessions/:session/artifacts";

export const adkArtifacts = new Hono<ArtifactRoutes>();

for (const path of [base, `${base}/*`])
  adkArtifacts.use(path, allowListedOrigins, (context, next) => admit(context, next), limitBody);

/** The session's, and the user's. */
adkArtifacts.get(base, async (context) => {
  const all = await Promise.all([storeOf(context, ""), storeOf(context, "user:")]);
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
  const { identity: who } = context.var;
  const known = await (await conversationOf(context.env, who)).describe();
  if (!known) return detail(context, 404, "Session not found");
  const name = data.filename;
  const kept = await (await storeOf(context, name)).save(name, artifact, data.customMetadata ?? {});
  return kept
    ? context.json(versionJson(who, kept))
    : detail(context, 413, "There is no room for it. Delete artifacts that are not needed.");
});

adkArtifacts.get(`${base}/*`, async (context) => {
  const { name, rest } = namedIn(context);
  const files = await storeOf(context, name);
  if (rest === undefined) return part(context, await files.load(name, numberOf(context)));
  if (rest === "") return context.json((await files.versions(name)).map(({ version }) => version));
  const versions = await files.versions(name);
  if (rest === "metadata")
    return context.json(versions.map((each) => versionJson(context.var.identity, each)));
  const [, wanted = "", metadata] = /^(\d+|latest)(\/metadata)?$/.exec(rest) ?? [];
  if (!wanted) return detail(context, 422, "Invalid version ID");
  const version = wanted === "latest" ? versions.at(-1)?.version : Number(wanted);
  if (!metadata) return part(context, await files.load(name, version ?? 0));
  const found = versions.find((each) => each.version === version);
  return found
    ? context.json(versionJson(context.var.identity, found))
    : detail(context, 404, "Artifact version not found");
});

adkArtifacts.delete(`${base}/*`, async (context) => {
  const { name } = namedIn(context);
  await (await storeOf(context, name)).remove(name);
  return context.json(null);
});

/** A name may have slashes in it: what follows `/versions`, at the end, is of the version. */
function namedIn({ req }: RouteContext): {
  readonly name: string;
  readonly rest: string | undefined;
} {
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

function numberOf({ req }: RouteContext): number | undefined {
  const version = req.query("version");
  return version === undefined ? undefined : Number(version);
}

const part = (context: RouteContext, artifact: Artifact | undefined): Response => {
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
async function storeOf(
  { env, var: { identity: who } }: RouteContext,
  name: string,
): Promise<RemoteArtifacts> {
  const place = name.startsWith("user:")
    ? (directoryForScope(env, "user", who) as unknown as { artifacts(): Promise<RemoteArtifacts> })
    : await conversationOf(env, who);
  return place.artifacts();
}

async function admit(
  context: RouteContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { app = "", user = "", session = "" } = context.req.param() as Record<string, string>;
  const admission = await authorizeClient(context, { app, user, session });
  if (isClientError(admission)) return refused(context, admission, app);
  const reads = /^(GET|HEAD)$/.test(context.req.method);
  const error = reads ? undefined : await roleError(context, "speaker");
  if (error) return refused(context, error, app);
  context.set("identity", admission.identity);
  await next();
  return undefined;
}
