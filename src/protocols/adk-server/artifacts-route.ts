/** ADK's artifact routes: versioned files of a conversation or, if the name begins with `user:`, of its user. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import { callerKey, type Caller } from "../../access/address.ts";
import { isNamedUser, type Identity } from "../../access/identity.ts";
import {
  isUsableArtifactName,
  isUserArtifact,
  maxArtifactNameCharacters,
  versionAddress,
} from "../../core/adk/artifact.ts";
import { clientError, isClientError } from "../../core/errors.ts";
import type { RouteActionName } from "../../core/policy/route-permissions.ts";
import { directoryForScope, userArtifacts } from "../../directory.ts";
import {
  remoteArtifacts,
  type Artifact,
  type ArtifactOutline,
  type ArtifactVersion,
  type RemoteArtifacts,
} from "../../store/artifacts.ts";
import { fromBase64, toBase64, toUrlSafeBase64 } from "../../wire/base64.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { normalizeAdkFields } from "../../wire/casing.ts";
import { authorizeClient, callerOf } from "../admission.ts";
import { allowListedOrigins, conversationOf } from "../remote-conversation.ts";
import { decodePathSegment } from "../request-url.ts";
import { bodyOf, detail, errorResponse, streamOfTexts } from "./http.ts";
import { validationErrors } from "./session-json.ts";
import { lazy } from "../../wire/lazy.ts";

interface ArtifactRoutes {
  Bindings: Env;
  Variables: { identity: Identity; isOneSession: boolean; caller: Caller };
}
type RouteContext = Context<ArtifactRoutes>;

const base = "/apps/:app/users/:user/sessions/:session/artifacts";
const baseSegments = base.split("/").length;

export const adkArtifacts = new Hono<ArtifactRoutes>();

for (const path of [base, `${base}/*`])
  adkArtifacts.use(path, allowListedOrigins, (context, next) => admit(context, next));

/** Lists the artifacts of the session and of the user. */
adkArtifacts.get(base, async (context) => {
  const prefixes = isNamedUser(context.var.identity.user) ? ["", "user:"] : [""];
  return chargedJson(context, async () => {
    const stores = await Promise.all(prefixes.map((prefix) => storeOf(context, prefix)));
    const names = await Promise.all(stores.map((store) => store.names()));
    return names.flat().toSorted();
  });
});

const uploadSchema = lazy(() =>
  z.object({
    filename: z.string().trim().min(1).max(maxArtifactNameCharacters),
    artifact: z.object({
      text: z.string().nullish(),
      inlineData: z.object({ mimeType: z.string().default(""), data: z.string() }).nullish(),
    }),
    customMetadata: z.record(z.string(), z.json()).nullish(),
  }),
);

adkArtifacts.post(base, async (context) => {
  const sent = await bodyOf(context);
  if (sent instanceof Response) return sent;
  const body = normalizeAdkFields(sent);
  const { data, error } = uploadSchema().safeParse(body ?? {});
  if (error) return context.json(validationErrors(error, body), 422);
  const artifact = artifactOf(data.artifact);
  if (!artifact) return detail(context, 400, "An artifact is `text`, or `inlineData` in base64.");
  const name = data.filename;
  if (!isUsableArtifactName(name))
    return detail(
      context,
      400,
      "The artifact was not stored: a segment of its name is empty, `.` or `..`, it ends like the address of a version (`/versions/0`), or it has characters that no address can name. Rename it.",
    );
  const metadata = data.customMetadata ?? {};
  const bytes = artifact.bytes.byteLength + JSON.stringify(metadata).length;
  const store = await storeForChange(context, name, bytes);
  if (store instanceof Response) return store;
  const { identity } = context.var;
  const exists = await (await conversationOf(context.env, identity)).exists();
  if (!exists) return detail(context, 404, "Session not found");
  const saved = await store.save(name, artifact, metadata);
  return "refusal" in saved
    ? errorResponse(context, clientError("ARTIFACT_REFUSED", saved.refusal))
    : context.json(versionJson(identity, saved));
});

adkArtifacts.get(`${base}/*`, async (context) => {
  const { name, rest } = artifactPath(context);
  const store = await storeOf(context, name);
  if (rest === undefined) {
    const version = versionParam(context);
    if (version !== undefined && !isVersion(version))
      return detail(context, 422, "Invalid version ID");
    return partResponse(context, store, name, version);
  }
  if (rest === "") return chargedJson(context, () => store.versionNumbers(name));
  if (rest === "metadata")
    return chargedJson(context, async () => {
      const all = await store.versions(name);
      return all.map((version) => versionJson(context.var.identity, version));
    });
  const [, id = "", metadata] = /^(\d+|latest)(\/metadata)?$/.exec(rest) ?? [];
  if (!id) return detail(context, 422, "Invalid version ID");
  const number = id === "latest" ? undefined : Number(id);
  if (!metadata) return partResponse(context, store, name, number);
  return chargedJson(context, async () => {
    const found = await store.version(name, number);
    return found && versionJson(context.var.identity, found);
  });
});

/** An answer costs its reader what it weighs, as history does. @param read resolves to undefined for an unknown version. */
async function chargedJson(
  context: RouteContext,
  read: () => Promise<object | undefined>,
): Promise<Response> {
  const reader = context.var.caller;
  const conversation = await conversationOf(context.env, context.var.identity);
  const error = await conversation.readingError(reader);
  if (error) return errorResponse(context, error);
  const answer = await read();
  if (!answer) return detail(context, 404, "Artifact version not found");
  const json = JSON.stringify(answer);
  await conversation.chargeReading(reader, json.length);
  return context.body(json, 200, { "content-type": "application/json" });
}

/** Deletes an artifact with all versions. ADK deletes no single version, no list of versions and no list of artifacts. */
adkArtifacts.on("DELETE", [base, `${base}/*`], async (context) => {
  const { name, rest } = artifactPath(context);
  if (name === "" || rest !== undefined) return methodNotAllowed(context);
  const store = await storeForChange(context, name, 0);
  if (store instanceof Response) return store;
  await store.remove(name);
  return context.json(null);
});

/** A name may contain slashes, so only `/versions` and at most two segments at the end belong to the version. */
function artifactPath({ req }: RouteContext): {
  readonly name: string;
  readonly rest: string | undefined;
} {
  // An app, a user or a session may be named `artifacts`, so segments are counted.
  const path = new URL(req.url).pathname.split("/").slice(baseSegments).join("/");
  const [, name = path, rest] = versionAddress.exec(path) ?? [];
  return { name: decodePathSegment(name), rest: rest?.slice(1) };
}

function methodNotAllowed(context: RouteContext): Response {
  context.header("allow", "GET");
  return detail(context, 405, "Method Not Allowed");
}

function versionParam({ req }: RouteContext): number | undefined {
  const version = req.query("version");
  return version === undefined ? undefined : Number(version || Number.NaN);
}

const isVersion = (version: number): boolean => Number.isSafeInteger(version) && version >= 0;

/** Contents cost their reader what they weigh, as history does, and are read as the reader takes them. */
async function partResponse(
  context: RouteContext,
  store: RemoteArtifacts,
  name: string,
  version: number | undefined,
): Promise<Response> {
  const reader = context.var.caller;
  const conversation = await conversationOf(context.env, context.var.identity);
  const error = await conversation.readingError(reader);
  if (error) return errorResponse(context, error);
  const found = await store.find(name, version);
  const first = found && (await store.chunk(name, found.version, 0));
  // It may be deleted between the two questions.
  if (!found || (found.chunks > 0 && !first)) return detail(context, 404, "Artifact not found");
  const chunks = chunksOf(store, name, found, first, (bytes) =>
    conversation.chargeReading(reader, bytes),
  );
  const texts = found.mimeType === "" ? textPart(chunks) : mediaPart(found.mimeType, chunks);
  return context.body(streamOfTexts(texts), 200, { "content-type": "application/json" });
}

/** @param first the first one, if it has any. @param charge is called with the size of each, in bytes. */
async function* chunksOf(
  store: RemoteArtifacts,
  name: string,
  { version, chunks }: ArtifactOutline,
  first: Uint8Array | undefined,
  charge: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < chunks; index++) {
    const chunk = index === 0 ? first : await store.chunk(name, version, index);
    // The body ends without its last bracket.
    if (!chunk) throw new Error("the artifact was deleted");
    await charge(chunk.byteLength);
    yield chunk;
  }
}

async function* textPart(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  yield '{"text":"';
  for await (const chunk of chunks) yield inJson(decoder.decode(chunk, { stream: true }));
  yield `${inJson(decoder.decode())}"}`;
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Three bytes are four characters of base64: a chunk's rest waits for the next one. */
async function* mediaPart(
  mimeType: string,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<string> {
  yield `{"inlineData":{"mimeType":${JSON.stringify(mimeType)},"data":"`;
  let rest = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = concatBytes([rest, chunk]);
    const whole = bytes.byteLength - (bytes.byteLength % 3);
    rest = bytes.slice(whole);
    yield toUrlSafeBase64(toBase64(bytes.subarray(0, whole)));
  }
  yield `${toUrlSafeBase64(toBase64(rest))}"}}`;
}

function artifactOf({
  text,
  inlineData,
}: z.output<ReturnType<typeof uploadSchema>>["artifact"]): Artifact | undefined {
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

/** Whether the user's directory holds artifacts of this name. */
const isOfUser = (name: string, { user }: Identity): boolean =>
  isUserArtifact(name) && isNamedUser(user);

/** The store that holds artifacts of this name: the user's directory or the conversation. */
async function storeOf(
  { env, var: { identity } }: RouteContext,
  name: string,
): Promise<RemoteArtifacts> {
  if (isOfUser(name, identity)) return userArtifacts(env, identity);
  const conversation = await conversationOf(env, identity);
  return remoteArtifacts(() => conversation.artifacts());
}

/** The store to save an artifact of this name in, or to delete it from; a response if the client may not. */
async function storeForChange(
  context: RouteContext,
  name: string,
  bytes: number,
): Promise<RemoteArtifacts | Response> {
  const { identity, isOneSession, caller } = context.var;
  if (isOneSession && isUserArtifact(name)) return detail(context, 403, usersFile);
  const conversation = await conversationOf(context.env, identity);
  const ofUser = isOfUser(name, identity) && directoryForScope(context.env, "user", identity);
  const error =
    (await conversation.artifactChangeError(caller, bytes)) ??
    (ofUser ? await ofUser.artifactChangeError(callerKey(caller), bytes) : undefined);
  return error ? errorResponse(context, error) : storeOf(context, name);
}

const usersFile =
  "The token is for one session, and the file belongs to all sessions of its user. Nothing was changed.";

/** By method; any other needs the most. */
const actions: Readonly<Record<string, RouteActionName>> = {
  GET: "readArtifacts",
  HEAD: "readArtifacts",
  POST: "saveArtifact",
};

async function admit(
  context: RouteContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { app = "", user = "", session = "" } = context.req.param() as Record<string, string>;
  const action = actions[context.req.method] ?? "deleteArtifact";
  const admission = await authorizeClient(context, action, { app, user, session });
  if (isClientError(admission)) return errorResponse(context, admission, app);
  const { bound } = admission.grant;
  context.set("isOneSession", bound.session !== undefined && isNamedUser(admission.identity.user));
  // A person may have uploaded it: a browser must not take it for a page of this server.
  context.header("x-content-type-options", "nosniff");
  context.header("content-disposition", "attachment");
  context.header("content-security-policy", "sandbox; default-src 'none'");
  context.set("identity", admission.identity);
  context.set("caller", callerOf(context.req.raw, admission));
  await next();
  return undefined;
}
