import { describe, expect, it } from "vitest";
import { agent, sequence } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { readConfig, retiredModels } from "../../src/config.ts";
import { createServiceAccount } from "../support/service-account.ts";

const agents = [agent({ name: "ada", model: "m" }), agent({ name: "bob", model: "m" })] as const;
const config = (env: object) => readConfig(env, agents);
const { account, file } = await createServiceAccount();
const vertex = { GOOGLE_CLOUD_PROJECT: "my-project", GOOGLE_SERVICE_ACCOUNT_KEY: file };

describe("[ADMIT8] sessions are counted with the setting alone", () => {
  const read = (settings: object) =>
    readConfig({ GEMINI_API_KEY: "k", ...settings }, [agent({ name: "ada", model: "m" })])
      .admission;

  it("and shared by one object, unless there are to be more", () => {
    expect(read({})).toBeUndefined();
    expect(read({ ADMISSION_SESSIONS: "50" })).toEqual({ sessions: 50, shards: 1 });
    const two = { ADMISSION_SESSIONS: "50", ADMISSION_SHARDS: "2" };
    expect(read(two)).toEqual({ sessions: 50, shards: 2 });
    expect(read({ ...two, ADMISSION_SESSIONS_PER_USER: "5" })).toMatchObject({ perUser: 5 });
  });

  it("a wrong number is named", () => {
    expect(() => read({ ADMISSION_SESSIONS: "2.5" })).toThrow("ADMISSION_SESSIONS must be a whole");
    expect(() => read({ ADMISSION_SESSIONS: "2", ADMISSION_SHARDS: "3" })).toThrow(
      "ADMISSION_SHARDS is above ADMISSION_SESSIONS",
    );
  });
});

describe("[CONF1] the upstream, by precedence", () => {
  it("LIVE_API_URL comes first, with the key if there is one", () => {
    expect(config({ LIVE_API_URL: "ws://127.0.0.1:8788/", GEMINI_API_KEY: "k" }).upstream).toEqual({
      surface: "AI Studio",
      name: "127.0.0.1:8788",
      base: "http://127.0.0.1:8788",
      version: "v1beta",
      key: "k",
    });
    expect(config({ LIVE_API_URL: "http://h" }).upstream).toMatchObject({ key: "local" });
  });

  it("then Vertex with its service account", () => {
    expect(config({ ...vertex, GEMINI_API_KEY: "k" }).upstream).toEqual({
      surface: "Vertex",
      name: "Vertex AI in us-central1",
      base: "https://us-central1-aiplatform.googleapis.com",
      version: "v1beta1",
      project: "my-project",
      location: "us-central1",
      account,
    });
  });

  it("then AI Studio", () => {
    expect(config({ GEMINI_API_KEY: "k" }).upstream).toMatchObject({
      name: "Gemini API",
      base: "https://generativelanguage.googleapis.com",
    });
  });
});

describe("[CONF6] the upstream has a name that a person understands", () => {
  it.each([
    [{ GEMINI_API_KEY: "k" }, "Gemini API"],
    [{ LIVE_API_URL: "wss://generativelanguage.googleapis.com/" }, "Gemini API"],
    [{ ...vertex, GOOGLE_CLOUD_LOCATION: "eu" }, "Vertex AI in eu"],
    [
      { LIVE_API_URL: "https://generativelanguage.googleapis.com.example/x" },
      "generativelanguage.googleapis.com.example",
    ],
    [{ LIVE_API_URL: "http://127.0.0.1:8788" }, "127.0.0.1:8788"],
    [{ LIVE_API_URL: "http://127.0.0.1:8788", UPSTREAM_NAME: "local emulator" }, "local emulator"],
    [{ ...vertex, UPSTREAM_NAME: "Our gateway" }, "Our gateway"],
    [{ GEMINI_API_KEY: "k", UPSTREAM_NAME: "" }, "Gemini API"],
  ])("%#: %s", (env, name) => {
    expect(config(env).upstream.name).toBe(name);
  });
});

describe("[CONF2] an error names the setting and contains no secret", () => {
  it.each([
    [{}, /GEMINI_API_KEY is not set/],
    [{ LIVE_API_URL: "nowhere" }, /LIVE_API_URL must be a URL/],
    [{ LIVE_API_URL: "ftp://x" }, /LIVE_API_URL must be a URL/],
    [{ GEMINI_API_KEY: "k", LIVE_API_VERSION: "v7" }, /LIVE_API_VERSION/],
    [{ GEMINI_API_KEY: "k", ALLOW_ANONYMOUS: "yes" }, /ALLOW_ANONYMOUS/],
    [{ GEMINI_API_KEY: "k", END_AFTER_MINUTES: "soon" }, /END_AFTER_MINUTES must be a number/],
    [{ GEMINI_API_KEY: "k", KEEP_DAYS: "0" }, /KEEP_DAYS must be above 0/],
    [{ GEMINI_API_KEY: "k", FALLBACK_LOCATION: "mars" }, /FALLBACK_LOCATION must be one of wnam/],
    [{ GEMINI_API_KEY: "k", REFUGE: "mars" }, /REFUGE must be one of wnam/],
    [{ GEMINI_API_KEY: "k", DEFAULT_AGENT: "eve" }, /DEFAULT_AGENT.*ada, bob/],
    [{ GEMINI_API_KEY: "k", AUTH_SECRET: "shortsecret" }, /AUTH_SECRET must have/],
    [{ GEMINI_API_KEY: "k", ADMIN_SECRET: "short" }, /ADMIN_SECRET must have/],
    [{ GEMINI_API_KEY: "k", AUTH_SECRET_PREVIOUS: "x".repeat(16) }, /AUTH_SECRET is not/],
    [{ GEMINI_API_KEY: "k", AUTH_JWKS_URL: "http://login.example" }, /AUTH_JWKS_URL must be/],
    [{ GEMINI_API_KEY: "k", AUTH_JWKS_URL: "https://login.example" }, /Set all four/],
    [{ GEMINI_API_KEY: "k", JURISDICTION: "EU" }, /JURISDICTION must be one of eu, fedramp/],
    [{ GEMINI_API_KEY: "k", JURISDICTION: "europe" }, /JURISDICTION must be one of eu/],
  ])("%j", (env, message) => {
    expect(() => config(env)).toThrow(message);
    expect(() => config(env)).not.toThrow(/shortsecret/);
  });
});

describe("[CONF7] a name that could be a misspelt limit's is refused", () => {
  it.each([
    "BUDGET_USD_PER_DAY",
    "LIMIT_CONNECT",
    "KEEP_DAY",
    "END_AFTER_MINUTE",
    "ADMISSION_SESSION",
    "AUTH_SECRETS",
    "ALLOWED_ORIGIN",
    "CALLS_A_MINUTE",
  ])("%s", (name) => {
    expect(() => config({ GEMINI_API_KEY: "k", [name]: "5" })).toThrow(name);
  });

  it("a variable of the deployment's agents is not", () => {
    const own = { AUTH0_DOMAIN: "x", WEATHER_KEY: "y", AUTH_DB: {}, auth_secret: "z" };
    expect(config({ GEMINI_API_KEY: "k", ...own }).allowedOrigins).toEqual([]);
  });

  it.each(["ADMISSION_SHARDS", "ADMISSION_SESSIONS_PER_USER"])(
    "%s limits nothing without ADMISSION_SESSIONS",
    (name) => {
      expect(() => config({ GEMINI_API_KEY: "k", [name]: "2" })).toThrow(
        /ADMISSION_SESSIONS is not set/,
      );
    },
  );
});

describe("[HOME3] FALLBACK_LOCATION", () => {
  const location = (env: object) => config({ GEMINI_API_KEY: "k", ...env }).fallbackLocation;

  it("defaults to enam", () => {
    expect(location({})).toBe("enam");
    expect(location({ FALLBACK_LOCATION: "" })).toBe("enam");
  });

  it("takes precedence over its former name REFUGE", () => {
    expect(location({ REFUGE: "weur" })).toBe("weur");
    expect(location({ FALLBACK_LOCATION: "apac", REFUGE: "weur" })).toBe("apac");
  });
});

describe("[CONF4] two agents of one name are an error that names them", () => {
  const ada = agent({ name: "ada", model: "m" });
  const otherAda = agent({ name: "ada", model: "m" });
  const start = (...list: (typeof ada)[]) =>
    readConfig({ LIVE_API_URL: "http://h" }, [ada, ...list]);

  it("each name once", () => {
    expect(() => start(otherAda)).toThrow(
      'src/agents/index.ts lists two agents "ada": rename one of them.',
    );
    const bob = agent({ name: "bob", model: "m" });
    const otherBob = agent({ name: "bob", model: "m" });
    expect(() => start(bob, otherAda, otherBob, ada)).toThrow(
      /two agents "ada".* two agents "bob"/,
    );
  });

  it("the same agent in the list twice", () => {
    expect(() => start(ada)).toThrow('lists the agent "ada" twice: remove one of the entries.');
  });

  it("within one tree, and tools within one agent", () => {
    const under = (...subAgents: (typeof ada)[]) => agent({ name: "root", model: "m", subAgents });
    expect(() => under(ada, otherAda)).toThrow(
      'Agent "root": there are two agents "ada" under it.',
    );
    expect(() => agent({ name: "ada", model: "m", subAgents: [ada] })).toThrow('two agents "ada"');
    expect(() => sequence({ name: "ada", agents: [ada] })).toThrow('two agents "ada"');
    const clock = tool({ name: "clock", description: "Tells the time.", run: () => 1 });
    expect(() => agent({ name: "ada", model: "m", tools: [clock, clock] })).toThrow(
      'Agent "ada": there are two tools "clock".',
    );
  });

  it("trees may share an agent", () => {
    const under = (name: string) => agent({ name, model: "m", subAgents: [otherAda] });
    expect(start(under("x"), under("y")).defaultApp).toBe("ada");
  });
});

describe("[CONF3] an agent whose model rejects a setting is an error that names agent, field and model", () => {
  it("proactiveAudio off for a model that always has it on", () => {
    const shy = agent({
      name: "shy",
      model: "gemini-3.8-live",
      runConfig: { proactiveAudio: false },
    });
    expect(() => readConfig({ GEMINI_API_KEY: "k" }, [shy])).toThrow(
      /Agent "shy": proactiveAudio cannot be used with gemini-3.8-live/,
    );
  });
});

describe("[VERTEX3] the location determines Vertex's host, and the service account's key is validated at the start", () => {
  it.each([
    ["us-central1", "https://us-central1-aiplatform.googleapis.com"],
    ["europe-west4", "https://europe-west4-aiplatform.googleapis.com"],
    ["us", "https://aiplatform.us.rep.googleapis.com"],
    ["eu", "https://aiplatform.eu.rep.googleapis.com"],
    ["global", "https://aiplatform.googleapis.com"],
  ])("%s", (GOOGLE_CLOUD_LOCATION, base) => {
    expect(config({ ...vertex, GOOGLE_CLOUD_LOCATION }).upstream.base).toBe(base);
  });

  it("VERTEX_API_URL and LIVE_API_VERSION take precedence", () => {
    const url = "wss://psc.example.com/";
    const { upstream } = config({ ...vertex, VERTEX_API_URL: url, LIVE_API_VERSION: "v1" });
    expect(upstream).toMatchObject({ base: "https://psc.example.com", version: "v1" });
  });

  it("the key may be in base64", () => {
    const GOOGLE_SERVICE_ACCOUNT_KEY = Buffer.from(file).toString("base64");
    expect(config({ ...vertex, GOOGLE_SERVICE_ACCOUNT_KEY }).upstream).toMatchObject({ account });
  });

  const changed = (fields: object) => ({
    ...vertex,
    GOOGLE_SERVICE_ACCOUNT_KEY: JSON.stringify({ ...(JSON.parse(file) as object), ...fields }),
  });

  it.each([
    [{ GOOGLE_CLOUD_PROJECT: "p" }, /GOOGLE_SERVICE_ACCOUNT_KEY is not set.*Vertex AI User/],
    [
      { ...vertex, GOOGLE_CLOUD_PROJECT: "My Project" },
      /GOOGLE_CLOUD_PROJECT must be a project id/,
    ],
    [{ ...vertex, GOOGLE_CLOUD_LOCATION: "the moon" }, /GOOGLE_CLOUD_LOCATION must be a location/],
    [{ ...vertex, LIVE_API_VERSION: "v1alpha" }, /LIVE_API_VERSION v1alpha is AI Studio's/],
    [{ GEMINI_API_KEY: "k", LIVE_API_VERSION: "v1beta1" }, /LIVE_API_VERSION v1beta1 is Vertex's/],
    [{ ...vertex, GOOGLE_SERVICE_ACCOUNT_KEY: "/key.json" }, /is not JSON/],
    [changed({ type: "authorized_user" }), /"type".*service account/],
    [changed({ private_key: "-----BEGIN" }), /"private_key"/],
    [changed({ token_uri: "http://tokens.example.com/" }), /"token_uri".*https/],
  ])("%#", (env, message) => {
    expect(() => config(env)).toThrow(message);
    expect(() => config(env)).not.toThrow(account.privateKey.slice(40, 80));
  });

  it("agents are validated against Vertex's capabilities", () => {
    const transparent = agent({
      name: "clear",
      model: "gemini-3.8-live",
      runConfig: { sessionResumption: { transparent: true } },
    });
    expect(() => readConfig({ GEMINI_API_KEY: "k" }, [transparent])).toThrow(/only Vertex/);
    expect(readConfig(vertex, [transparent]).upstream.surface).toBe("Vertex");
    const studio = agent({ name: "old", model: "gemini-3.1-flash-live-preview" });
    expect(() => readConfig(vertex, [studio])).toThrow(/"old".*not on Vertex/);
  });
});

describe("[CONF5] LIVE_MODEL_ALIASES must map a model's name to the one that the service is asked for", () => {
  const key = { GEMINI_API_KEY: "k" };
  const old = "gemini-3.1-flash-live-preview";
  const mapped = { ...key, LIVE_MODEL_ALIASES: `${old}=models/gemini-3.8-live, mine = gemini-9` };

  it("in any form of the name, and no other name", () => {
    const { upstreamModel } = config(mapped);
    expect(
      [old, `models/${old}`, "mine", "gemini-3.8-live", "models/x"].map(upstreamModel),
    ).toEqual(["gemini-3.8-live", "gemini-3.8-live", "gemini-9", "gemini-3.8-live", "models/x"]);
    expect(config(key).upstreamModel(old)).toBe(old);
  });

  it("agents are checked against the model that they get", () => {
    const lab = agent({ name: "lab", model: old, runConfig: { voice: "en-us-tavi" } });
    expect(() => readConfig(key, [lab])).toThrow(/voice cannot be used/);
    expect(readConfig(mapped, [lab]).upstreamModel(old)).toBe("gemini-3.8-live");
  });

  it.each([
    ["old", /LIVE_MODEL_ALIASES has "old", which is not like old-model=new-model/],
    ["a=b,a=c", /maps a twice/],
    ["a=b,b=c", /maps a to b, which it maps, too/],
    [`a=${old}`, /maps to a model that is gone: .*use gemini-3.8-live/],
  ])("%s is refused at startup", (LIVE_MODEL_ALIASES, message) => {
    expect(() => config({ ...key, LIVE_MODEL_ALIASES })).toThrow(message);
  });
});

describe("[START11] an agent whose model was shut down is reported in one sentence", () => {
  it("with date and successor, its descendants too, unless an alias maps the model", () => {
    const old = "gemini-2.5-flash-native-audio-preview-12-2025";
    const sub = agent({ name: "sub", model: old });
    const root = agent({ name: "root", model: "gemini-3.8-live", subAgents: [sub] });
    const served = [root] as const;
    expect(retiredModels(served, readConfig({ GEMINI_API_KEY: "k" }, served))).toEqual([
      `Agent "sub": ${old} was shut down on 17 November 2026: use gemini-3.8-live. Change its model, or set LIVE_MODEL_ALIASES.`,
    ]);
    const env = { GEMINI_API_KEY: "k", LIVE_MODEL_ALIASES: `${old}=gemini-3.8-live` };
    expect(retiredModels(served, readConfig(env, served))).toEqual([]);
  });
});

describe("[START18] the relay must validate its settings when it first reads them, and again when one has changed", () => {
  it("reads the same ones once", () => {
    const env = { GEMINI_API_KEY: "k", LIMIT_AUDIO: "3" };
    const read = config(env);
    expect(config({ ...env })).toBe(read);
    expect(config({ ...env, UNKNOWN: "x" })).toBe(read);
  });

  it("notices a setting that is new, changed, gone or wrong, and other agents", () => {
    const env: Record<string, string> = { GEMINI_API_KEY: "k" };
    expect(config(env).limits.audio).not.toBe(7);
    env["LIMIT_AUDIO"] = "7";
    expect(config(env).limits.audio).toBe(7);
    env["LIMIT_AUDIO"] = "many";
    expect(() => config(env)).toThrow(/LIMIT_AUDIO/);
    delete env["LIMIT_AUDIO"];
    expect(config(env).limits.audio).not.toBe(7);
    expect(config(env).defaultApp).toBe("ada");
    expect(readConfig(env, [agents[1]]).defaultApp).toBe("bob");
  });
});
