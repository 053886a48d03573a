import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { verify } from "hono/jwt";
import { describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../scripts/token.ts");
const secret = "a secret of sixteen";

const make = (...args: string[]): string =>
  execFileSync(process.execPath, [script, ...args], {
    env: { ...process.env, AUTH_SECRET: secret },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();

describe("[TOKEN2] `npm run token` makes a token that is bound to its arguments", () => {
  it("with an expiry, a user and a role", async () => {
    const claims = await verify(make("--user", "ann", "--role", "listener"), secret, "HS256");
    expect(claims).toEqual({
      user: "ann",
      role: "listener",
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    const own = await verify(make("--setup", "own"), secret, "HS256");
    expect(own).toMatchObject({ setup: "own" });
  });

  it("with agents, protocols, models and a budget", async () => {
    const args = [
      "--agents",
      "dice, assistant",
      "--protocols=live-api",
      "--models",
      "gemini-3.8-live",
    ];
    const claims = await verify(make(...args), secret, "HS256");
    expect(claims).toMatchObject({
      agents: ["dice", "assistant"],
      protocols: ["live-api"],
      models: ["gemini-3.8-live"],
    });
    const limited = make("--usd", "0.5", "--budget-minutes=10", "--tokens", "5000", "--sub", "ann");
    expect(await verify(limited, secret, "HS256")).toMatchObject({
      budget: { usd: 0.5, minutes: 10, tokens: 5_000 },
      sub: "ann",
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(await verify(make("--usd", "1", "--jti", "t1"), secret, "HS256")).toMatchObject({
      jti: "t1",
    });
  });

  it("[ID2] with a telephone number", async () => {
    const args = ["--user", "+14155550100", "--session=a+b"];
    expect(await verify(make(...args), secret, "HS256")).toMatchObject({
      user: "+14155550100",
      session: "a+b",
    });
  });

  it.each([
    [["--usr", "ann"], "parley: Unknown option '--usr': the options are --app, --user, "],
    [["ann"], "parley: Unexpected argument 'ann'"],
    [["--user"], "parley: Option '--user <value>' argument missing: the options are"],
    [
      ["--help"],
      "the options are --app, --user, --session, --role, --setup, --minutes, --agents, ",
    ],
  ])("%j is answered in one line", (args, words) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      env: { ...process.env, AUTH_SECRET: secret },
      encoding: "utf8",
    });
    expect({ status, stdout, lines: stderr.trim().split("\n") }).toEqual({
      status: 1,
      stdout: "",
      lines: [expect.stringContaining(words)],
    });
  });

  it("a secret that the server refuses signs nothing", () => {
    const env = { ...process.env, AUTH_SECRET: "short" };
    const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: "utf8" });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "parley: AUTH_SECRET has 5 characters: the server takes no secret of fewer than 16.\n",
    });
  });

  it("invalid arguments are an error", () => {
    expect(() => make("--role", "boss")).toThrow("must be one of operator, speaker, listener");
    expect(() => make("--setup", "mine")).toThrow("must be own or agent");
    expect(() => make("--protocols", "ftp")).toThrow("may name parley-v1, adk-demo");
    expect(() => make("--usd", "0")).toThrow("give a number above 0");
    expect(() => make("--user", "a b")).toThrow('"user" must be 1 to 128 letters');
    expect(() => make("--minutes", "soon")).toThrow("give a number above 0");
  });
});

describe("[TOKEN3] `npm run token` prints the address that opens the page, beside the token", () => {
  const run = (env: Record<string, string>, ...args: string[]) =>
    spawnSync(process.execPath, [script, ...args], {
      env: { ...process.env, AUTH_SECRET: secret, ...env },
      encoding: "utf8",
    });

  it.each<[string, Record<string, string>, string[], string]>([
    ["a user", {}, ["--user", "ann"], "http://127.0.0.1:8787/?user=ann"],
    [
      "names that need escapes",
      { PORT: "9000" },
      ["--app", "dice", "--user", "+1415", "--session=a+b"],
      "http://127.0.0.1:9000/?agent=dice&user=%2B1415&session=a%2Bb",
    ],
    ["no names", {}, [], "http://127.0.0.1:8787/"],
    [
      "a deployed server",
      { PUBLIC_URL: "https://voice.example.com" },
      [],
      "https://voice.example.com/",
    ],
    ["an address that is none", { PUBLIC_URL: "voice" }, [], "http://127.0.0.1:8787/"],
  ])("%s", (_, env, args, address) => {
    const { stdout, stderr } = run(env, ...args);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/u);
    expect(stderr).toBe(`parley: open ${address}#token=${stdout.trim()}\n`);
  });
});
