import { env, exports } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { verifyCredential } from "../../src/access/token.ts";
import { adkDev } from "../../src/protocols/adk-server/dev-route.ts";
import { connect } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { rest, sessionsPath } from "./rest.ts";
import { session } from "./run.ts";

const get = async (path: string) => (await rest("GET", path)).body as unknown;

describe("[RUN27] the deploy dialog of ADK's page gets an answer in words", () => {
  it.each(["agent_engine", "cloud_run", "gke"])("%s", async (target) => {
    expect(await get("/dev/apps/assistant/deploy/defaults")).toEqual({});
    const path = `https://parley.test/dev/apps/assistant/deploy/${target}`;
    const response = await exports.default.fetch(path, { method: "POST", body: "{}" });
    expect(response.status).toBe(200);
    const [words, result = ""] = (await response.text()).split("__ADK_DEPLOY_RESULT__ ");
    expect(words).toContain("npm run deploy");
    expect(JSON.parse(result)).toMatchObject({ target, status: "failed", message: words?.trim() });
  });
});

describe("[RUN18] the requests that ADK's page makes at its start are answered truthfully", () => {
  it("which server it is", async () => {
    expect(await get("/health")).toEqual({ status: "ok" });
    expect(await get("/version")).toMatchObject({ version, language: "typescript" });
    expect(await get("/config/telemetry")).toEqual({ telemetry: false });
    expect((await rest("POST", "/config/telemetry", { telemetry: true })).body).toEqual({
      telemetry: false,
    });
    expect(await get("/dev-ui/assets/config/runtime-config.json")).toEqual({
      backendUrl: "",
      telemetry: false,
    });
  });

  it("the composition of an agent", async () => {
    const info = (await get("/apps/concierge/app-info")) as { agents: Record<string, object> };
    expect(info).toMatchObject({
      name: "concierge",
      rootAgentName: "concierge",
      isComputerUse: false,
      agents: { concierge: { name: "concierge", instruction: expect.any(String) } },
    });
    expect(JSON.stringify(info.agents["concierge"])).toContain('"functionDeclarations"');
    expect(await get("/dev/apps/concierge/build_graph")).toMatchObject({
      name: "concierge",
      root_agent: { name: "concierge", model: expect.any(String), tools: expect.any(Array) },
    });
    expect(await get("/dev/apps/concierge/build_graph_image?dark_mode=true")).toEqual({
      "": { dotSrc: expect.stringContaining('"concierge"') },
    });
    expect(await rest("GET", "/apps/nobody/app-info")).toEqual({
      status: 404,
      body: { detail: "App not found: nobody" },
    });
  });

  it.each([
    ["/dev/apps/assistant/eval_sets", []],
    ["/apps/assistant/eval_sets", []],
    ["/dev/apps/assistant/eval-sets", { evalSetIds: [] }],
    ["/dev/apps/assistant/eval_results", []],
    ["/dev/apps/assistant/eval-results", { evalResultIds: [] }],
    ["/dev/apps/assistant/metrics-info", { metricsInfo: [] }],
    ["/dev/apps/assistant/builder?ts=1", ""],
    ["/dev/apps/assistant/debug/trace/session/never", []],
    ["/debug/trace/session/never", []],
  ])("%s → %j", async (path, answer) => {
    expect(await get(path)).toEqual(answer);
  });

  it.each([
    ["POST", "/dev/apps/assistant/eval-sets", 501],
    ["DELETE", "/dev/apps/assistant/eval-sets/x", 501],
    ["POST", "/dev/apps/assistant/builder/save", 501],
    ["PATCH", "/apps/assistant/users/rae/memory", 400],
    ["GET", "/dev/apps/assistant/debug/trace/e", 404],
  ])("refuses an action that it does not perform: %s %s → %i", async (method, path, status) => {
    const answer = await rest(method, path, method === "GET" ? undefined : {});
    expect(answer).toEqual({ status, body: { detail: expect.any(String) } });
  });

  it("the trace of a session", async () => {
    const { run, body, user, id } = await session();
    await run(body("Hello"));
    const spans = (await get(`/dev/apps/assistant/debug/trace/session/${id}?user_id=${user}`)) as {
      name: string;
      attributes: Record<string, unknown>;
    }[];
    expect(spans.map(({ name }) => name)).toEqual(["invoke_agent assistant", "call_llm"]);
    const event = String(spans[1]?.attributes["gcp.vertex.agent.event_id"]);
    const path = `/dev${sessionsPath(user)}/${id}/events`;
    expect(await get(`${path}/${event}/graph`)).toEqual({
      dotSrc: expect.stringContaining('"assistant"'),
    });
    expect(await get(`${path}/none/graph`)).toEqual({});
  });
});

describe("[ID2] an id with a plus is the same in a path, in a query and in a token", () => {
  const user = "+14155550100";
  const id = "a+b";
  const query = "app_name=assistant&user_id=+14155550100&session_id=a+b";

  it("in the addresses of all protocols", async () => {
    const { pass } = emulated(JSON.stringify(["assistant", user, id]));
    expect((await rest("POST", `${sessionsPath(user)}/${id}`, {})).status).toBe(200);
    const statusOf = async (path: string, headers = {}) => {
      const response = await exports.default.fetch(`https://parley.test${path}`, { headers });
      await response.body?.cancel();
      response.webSocket?.accept();
      response.webSocket?.close();
      return response.status;
    };
    expect(await statusOf(`${sessionsPath("%2B14155550100")}/a%2Bb`)).toBe(200);
    const trace = `/dev/apps/assistant/debug/trace/session/${id}?user_id=${user}`;
    expect(await statusOf(trace)).toBe(200);
    expect(await statusOf(`/events/${user}/${id}`)).toBe(200);
    expect(await statusOf(`/ws/${user}/${id}`, { Upgrade: "websocket" })).toBe(101);
    const live = await connect(`/run_live?${query}`);
    live.send({ content: { parts: [{ text: "Hello" }] } });
    await until(
      live.next((event) => event.turnComplete === true),
      pass,
    );
  });

  it("in a token's claims", async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = await sign({ user, session: id, exp }, "a secret of the test", "HS256");
    const auth = { secret: "a secret of the test", anonymous: false };
    const bound = { user, session: id };
    expect(await verifyCredential(token, auth, Date.now())).toMatchObject({ bound });
  });
});

describe("[RUN19] the composition of an agent is for operators where tokens are required", () => {
  it.each([
    [401, undefined],
    [401, { role: "operator", app: "dice" }],
    [403, {}],
    [403, { role: "speaker" }],
    [200, { role: "operator" }],
    [200, { role: "operator", app: "assistant" }],
  ])("%i %j", async (status, claims) => {
    const secret = "a secret of the test";
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = claims && (await sign({ ...claims, exp }, secret, "HS256"));
    for (const path of ["/apps/assistant/app-info", "/dev/apps/assistant/build_graph"]) {
      const response = await adkDev.request(
        `https://parley.test${path}`,
        { headers: token ? { authorization: `Bearer ${token}` } : {} },
        { ...env, AUTH_SECRET: secret },
      );
      expect(response.status).toBe(status);
    }
  });

  it("and not for a foreign page", async () => {
    const headers = { origin: "https://evil.example" };
    const url = "https://parley.test/apps/assistant/app-info";
    expect((await exports.default.fetch(url, { headers })).status).toBe(403);
  });
});
