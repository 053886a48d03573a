import { beforeAll, describe, expect, it } from "vitest";
import operations from "../../docs/operations.md?raw";
import type { RouteActionName } from "../../src/core/policy/route-permissions.ts";
import { isRole } from "../../src/wire/parley-v1.ts";
import {
  bearers,
  permissionRows,
  permissionTable,
  type Bearer,
  type FrameAction,
  type PermissionRow,
} from "../support/permission-table.ts";
import { method as liveMethod } from "./live-client.ts";
import { rest } from "./rest.ts";
import { ask, askSocket, tokenFor, untilClosed, type TokenRequest } from "./tokens.ts";
import { FakeUpstreams, setUpstream } from "./upstreams.ts";

const user = "matrix";
const sessions = `/apps/assistant/users/${user}/sessions`;
const phone = { TWILIO_ACCOUNT_SID: "AC1", PHONE_NUMBER: "+14155550100" };

type Token = string | undefined;

/** Whether the server did what was asked. A refusal for another reason than the token counts as done. */
async function isDone(path: string, request: TokenRequest): Promise<boolean> {
  const response = await ask(path, request);
  const isRefused = response.status === 401 || response.status === 403;
  if (!isRefused) {
    await response.body?.cancel();
    return true;
  }
  return (await response.text()).includes("CALLS_ALLOWED_TO");
}

/** Whether a connected client's frame was read: the answer to nonsense shows it. */
async function isConnected(path: string, token: Token): Promise<boolean> {
  const socket = await askSocket(path, { ...(token && { token }) });
  const ended = untilClosed(socket);
  const answered = Promise.withResolvers<string>();
  socket.addEventListener("message", ({ data }) => answered.resolve(String(data)));
  socket.send('{"type":"nonsense"}');
  const text = await Promise.race([answered.promise, ended.then(({ reason }) => reason)]);
  socket.close(1000);
  return !/UNAUTHENTICATED|unregistered callers/.test(text);
}

const json = { mime_type: "text/plain", data: "Hello" };
const runBody = {
  appName: "assistant",
  userId: user,
  sessionId: "one",
  newMessage: { parts: [{ text: "Hello" }] },
};

const routes: Readonly<Record<RouteActionName, (token: Token) => Promise<boolean>>> = {
  connectParleyV1: (token) => mayReceive({ type: "hello" }, "parley.v1", token),
  connectAdkDemo: (token) => isConnected(`/ws/${user}/one`, token),
  connectRunLive: (token) =>
    isConnected(`/run_live?app_name=assistant&user_id=${user}&session_id=one`, token),
  run: (token) => isDone("/run", { method: "POST", token, body: runBody }),
  listSessions: (token) => isDone(sessions, { token }),
  readSession: (token) => isDone(`${sessions}/one`, { token }),
  createSession: (token) => isDone(sessions, { method: "POST", token, body: {} }),
  changeSession: (token) =>
    isDone(`${sessions}/one`, { method: "PATCH", token, body: { stateDelta: { a: 1 } } }),
  deleteSession: (token) => isDone(`${sessions}/none`, { method: "DELETE", token }),
  deleteUser: (token) => isDone(`/apps/assistant/users/${user}`, { method: "DELETE", token }),
  readArtifacts: (token) => isDone(`${sessions}/one/artifacts`, { token }),
  saveArtifact: (token) =>
    isDone(`${sessions}/one/artifacts`, {
      method: "POST",
      token,
      body: { filename: "a.txt", artifact: { text: "a" } },
    }),
  deleteArtifact: (token) => isDone(`${sessions}/one/artifacts/a`, { method: "DELETE", token }),
  readTrace: (token) =>
    isDone(`/dev/apps/assistant/debug/trace/session/one?user_id=${user}`, { token }),
  inspectAgent: (token) => isDone("/apps/assistant/app-info", { token }),
  followEvents: (token) => isDone(`/events/${user}/one`, { token }),
  sendMessage: (token) => isDone(`/send/${user}/one`, { method: "POST", token, body: json }),
  connectLiveApi: (token) =>
    isConnected(
      `/live/assistant/${user}/one/${liveMethod}${token === undefined ? "" : `?key=${token}`}`,
      undefined,
    ),
  createEphemeralToken: (token) =>
    isDone(`/live/assistant/${user}/one/v1beta/auth_tokens`, { method: "POST", token, body: {} }),
  placeCall: (token) =>
    isDone("/api/calls", {
      method: "POST",
      token,
      body: { to: "+14155550123", agent: "assistant", user, session: "one" },
      settings: phone,
    }),
};

const picture = { data: "/9j/", mimeType: "image/jpeg" };
const frames: Readonly<Record<FrameAction, object | ArrayBuffer>> = {
  text: { type: "text", text: "Hello" },
  audio: new Int16Array(320).fill(8_000).buffer,
  image: { type: "image", ...picture },
  interrupt: { type: "interrupt" },
  state: { type: "state", delta: { a: 1 } },
  mute: { type: "mute", on: true },
  muteOther: { type: "mute", on: true, who: "another" },
  approve: { type: "approve", id: "none", approved: true },
  remove: { type: "remove", who: "another" },
  end: { type: "end" },
};

/**
 * Sends a frame and nonsense after it. @returns whether the frame was not refused for the role: an error for it precedes
 * the one for the nonsense.
 */
async function mayReceive(
  frame: object,
  protocol: "parley.v1" | undefined,
  token: Token,
): Promise<boolean> {
  const headers = protocol ? { "sec-websocket-protocol": protocol } : {};
  const socket = await askSocket(`/ws/${user}/frames`, { headers, ...(token && { token }) });
  const texts: string[] = [];
  const done = Promise.withResolvers<void>();
  socket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string") return;
    texts.push(data);
    if (data.includes("BAD_FRAME")) done.resolve();
  });
  socket.addEventListener("close", () => done.resolve());
  socket.accept();
  if (protocol) socket.send('{"type":"hello"}');
  socket.send(frame instanceof ArrayBuffer ? frame : JSON.stringify(frame));
  socket.send('{"type":"nonsense"}');
  await done.promise;
  socket.close(1000);
  return !texts.some((text) => /"(NOT_ALLOWED|UNAUTHENTICATED)"/.test(text));
}

const perform = (row: PermissionRow, token: Token): Promise<boolean> =>
  "route" in row.action
    ? routes[row.action.route](token)
    : mayReceive(
        frames[row.action.frame],
        row.protocol === "parley-v1" ? "parley.v1" : undefined,
        token,
      );

const tokenOf = (bearer: Bearer): Promise<string> | undefined =>
  bearer === "no token" ? undefined : tokenFor({ user, ...(isRole(bearer) && { role: bearer }) });

beforeAll(async () => {
  for (const session of ["one", "frames"]) {
    setUpstream(JSON.stringify(["assistant", user, session]), new FakeUpstreams().answer);
    await rest("POST", `${sessions}/${session}`, {});
  }
});

describe("[TOKEN16] every protocol, role and action is as the table of docs/operations.md says", () => {
  it.each(permissionRows.map((row) => [`${row.protocol}: ${row.name}`, row] as const))(
    "%s",
    async (_, row) => {
      const found: Partial<Record<Bearer, boolean>> = {};
      for (const bearer of bearers) found[bearer] = await perform(row, await tokenOf(bearer));
      expect(found).toEqual(row.allowed);
    },
  );

  it("the table is in docs/operations.md", () => {
    const lines = operations
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.replaceAll(/ +/g, " "));
    for (const line of permissionTable().split("\n")) expect(lines).toContain(line);
  });
});
