import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { readConfig } from "../../src/config.ts";

const agents = [agent({ name: "ada", model: "m" }), agent({ name: "bob", model: "m" })] as const;
const config = (env: object) => readConfig(env, agents);

describe("[CONF1] where the model is, by precedence", () => {
  it("LIVE_API_URL comes first, with the key if there is one", () => {
    expect(config({ LIVE_API_URL: "ws://127.0.0.1:8788/", GEMINI_API_KEY: "k" }).upstream).toEqual({
      name: "127.0.0.1:8788",
      base: "http://127.0.0.1:8788",
      version: "v1beta",
      key: "k",
    });
    expect(config({ LIVE_API_URL: "http://h" }).upstream.key).toBe("local");
  });

  it("then Vertex, which is not reached yet and says so", () => {
    expect(() => config({ GOOGLE_CLOUD_PROJECT: "p", GEMINI_API_KEY: "k" })).toThrow(
      /GOOGLE_CLOUD_PROJECT/,
    );
  });

  it("then AI Studio", () => {
    expect(config({ GEMINI_API_KEY: "k" }).upstream).toMatchObject({
      name: "AI Studio",
      base: "https://generativelanguage.googleapis.com",
    });
  });
});

describe("[CONF2] a wrong setting is named, and no secret is repeated", () => {
  it.each([
    [{}, /GEMINI_API_KEY is not set/],
    [{ LIVE_API_URL: "nowhere" }, /LIVE_API_URL must be a URL/],
    [{ LIVE_API_URL: "ftp://x" }, /LIVE_API_URL must be a URL/],
    [{ GEMINI_API_KEY: "k", LIVE_API_VERSION: "v7" }, /LIVE_API_VERSION/],
    [{ GEMINI_API_KEY: "k", ALLOW_ANONYMOUS: "yes" }, /ALLOW_ANONYMOUS/],
    [{ GEMINI_API_KEY: "k", END_AFTER_MINUTES: "soon" }, /END_AFTER_MINUTES must be a number/],
    [{ GEMINI_API_KEY: "k", KEEP_DAYS: "0" }, /KEEP_DAYS must be above 0/],
    [{ GEMINI_API_KEY: "k", REFUGE: "mars" }, /REFUGE must be one of wnam/],
    [{ GEMINI_API_KEY: "k", DEFAULT_AGENT: "eve" }, /DEFAULT_AGENT.*ada, bob/],
    [{ GEMINI_API_KEY: "k", AUTH_SECRET: "shortsecret" }, /AUTH_SECRET must have/],
  ])("%j", (env, words) => {
    expect(() => config(env)).toThrow(words);
    expect(() => config(env)).not.toThrow(/shortsecret/);
  });
});

describe("[CONF3] an agent that asks what its model refuses stops the start, by agent, field and model", () => {
  it("proactiveAudio off, where it is always on", () => {
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
