import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:https";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectAdkClient } from "../support/adk-client.ts";
import {
  freePort,
  launchParley,
  startEmulatorProcess,
  startParley,
  type Parley,
} from "../support/parley.ts";

let running: Parley | undefined;

afterEach(async () => {
  await running?.stop("SIGKILL");
  running = undefined;
});

const silent = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => false,
    () => true,
  );

describe("[START1] [CONF6] one line reports readiness and the upstream; a signal stops all processes", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s", async (signal) => {
    running = await startParley();
    expect(running.output()).toMatch(
      new RegExp(
        `parley is ready at http://localhost:${running.port}, talking to the local emulator`,
      ),
    );
    const health = await fetch(`http://127.0.0.1:${running.port}/healthz`);
    expect(await health.json()).toMatchObject({
      ok: true,
      upstream: "local emulator",
    });
    for (const document of ["llms.txt", "docs/agents.md"])
      expect((await fetch(`http://127.0.0.1:${running.port}/${document}`)).status).toBe(200);
    expect(await running.stop(signal)).toBe(0);
    expect(await silent(running.port)).toBe(true);
    expect(await silent(running.emulatorPort)).toBe(true);
  });
});

describe("[START2] a taken port is reported in one sentence, with what to do", () => {
  it.each(["port", "emulatorPort"] as const)("%s", async (which) => {
    const port = await freePort();
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    running = await launchParley({ [which]: port });
    expect(await running.ended()).toBe(1);
    const name = which === "port" ? "PORT" : "EMULATOR_PORT";
    expect(running.output().trim()).toBe(
      `parley: port ${port} is taken: stop what uses it, or choose another with ${name}, as in ${name}=${port + 10} npm start.`,
    );
    squatter.close();
  });
});

describe("[START3] a wrong setting is reported in one sentence", () => {
  it.each([
    [{ settings: { LIVE_API_URL: "nowhere" } }, /LIVE_API_URL must be a URL/],
    [
      { settings: { GEMINI_API_KEY: "k", DEFAULT_AGENT: "nobody" } },
      /DEFAULT_AGENT names an agent/,
    ],
    [{ env: { PORT: "many" } }, /PORT is "many", which is not a port/],
    [{ port: 8797, emulatorPort: 8797 }, /PORT and EMULATOR_PORT are both 8797/],
    [{ env: { PARLEY_VARS: "missing" } }, /PARLEY_VARS is "missing", and there is no such file/],
  ])("%j", async (options, words) => {
    running = await launchParley(options);
    expect(await running.ended()).toBe(1);
    expect(running.output().trim().split("\n")).toEqual([expect.stringMatching(words)]);
  });
});

describe("[START4] an address at which no server answers is reported at once, and to clients as unreachable", () => {
  it("LIVE_API_URL", async () => {
    const LIVE_API_URL = `http://127.0.0.1:${await freePort()}`;
    running = await startParley({ settings: { LIVE_API_URL } });
    const line = `could not be reached at ${LIVE_API_URL} (ECONNREFUSED): check LIVE_API_URL in `;
    expect(running.output()).toContain(line);
    expect(running.output().indexOf(line)).toBeLessThan(running.output().indexOf("is ready"));
    const ann = await connectAdkClient(`${running.url}/ws/ann/one`);
    await ann.sendText("Hello?");
    const { errorMessage } = await ann.next((event) => event.errorCode !== undefined);
    expect(errorMessage).toContain("could not be reached");
    await expect
      .poll(() => running?.output())
      .toMatch(/^parley: UPSTREAM_LOST: The model could not be/m);
    expect(running.output()).not.toMatch(/\[ERROR\]|workerd@/);
  });
});

describe("[START6] a setting without effect is reported in one sentence", () => {
  it("an unknown name, and the server starts", async () => {
    running = await startParley({ settings: { GEMINI_APIKEY: "k" } });
    expect(running.output()).toMatch(
      /^parley: in .*GEMINI_APIKEY.*did you mean GEMINI_API_KEY\?$/m,
    );
  });
});

describe("[START7] the first line says within a second what is being waited for", () => {
  it("npm start", async () => {
    const begun = performance.now();
    running = await launchParley();
    await expect.poll(() => running?.output(), { timeout: 5_000, interval: 10 }).toContain("\n");
    expect(running.output()).toMatch(
      /^parley is starting: waiting for wrangler dev and the emulator/,
    );
    // A loaded machine runs these tests: the margin is its.
    expect(performance.now() - begun).toBeLessThan(2_500);
  });

  it("npm run emulator", async () => {
    const emulator = await startEmulatorProcess();
    await emulator.stop();
    expect(emulator.output()).toMatch(/^The Live API emulator is loading its speech models/);
  });
});

describe("[START9] [START10] over https for other machines", () => {
  it("the page and its WebSocket, with the certificate of the ready line", async () => {
    running = await startParley({ env: { HTTPS: "1", HOST: "0.0.0.0" } });
    const { port } = running;
    const [, address = ""] =
      /^Other machines open https:\/\/([\d.]+)/m.exec(running.output()) ?? [];
    const [, file = ""] = /^Its certificate is ([^:]+):/m.exec(running.output()) ?? [];
    const ca = readFileSync(file, "utf8");
    for (const host of new Set(["127.0.0.1", "localhost", address].filter(Boolean))) {
      const response = await getOver(ca, `https://${host}:${port}/`);
      expect(response.headers["content-security-policy"]).toContain("default-src 'none'");
      const socket = new WebSocket(`wss://${host}:${port}/ws/ann/one`, {
        ca,
        origin: `https://${host}:${port}`,
      });
      socket.once("open", () => socket.send(JSON.stringify({ type: "text", text: "Hello?" })));
      const [event] = await once(socket, "message");
      expect(`${event}`).toContain('"author":"assistant"');
      socket.close();
    }
    await expect(getOver(undefined, `https://127.0.0.1:${port}/`)).rejects.toThrow("self-signed");
  });

  it("[ORIGIN1] [ORIGIN2] a page behind the tunnel is this server's, and one with its own name is not", async () => {
    running = await startParley({ env: { HOST: "0.0.0.0" } });
    const open = async (origin: string): Promise<string> => {
      const headers = { host: new URL(origin).host };
      const socket = new WebSocket(`${running?.url}/ws/ann/one`, { headers, origin });
      socket.once("open", () => socket.send(JSON.stringify({ type: "text", text: "Hello?" })));
      const [event] = await once(socket, "message");
      socket.close();
      return `${event}`;
    };
    // The tunnel ends TLS.
    expect(await open("https://a-b.trycloudflare.com")).toContain('"author":"assistant"');
    expect(await open(`http://evil.example.com:${running.port}`)).toContain("FORBIDDEN_HOST");
  });

  it.each([
    [["--ips=0.0.0.0"], /^parley: --ips is no option of npm start: there are --ip, /],
    [["--ip=0.0.0.0", "--ip=::"], /^parley: --ip is given twice/],
  ])("%j is refused in one sentence", async (args, sentence) => {
    running = await launchParley({ args });
    expect(await running.ended()).toBe(1);
    expect(running.output().trim().split("\n")).toEqual([expect.stringMatching(sentence)]);
  });

  async function getOver(ca: string | undefined, url: string): Promise<IncomingMessage> {
    const [response] = (await once(get(url, { ca }), "response")) as [IncomingMessage];
    response.resume();
    return response;
  }
});

describe("[START8] an edit is reloaded within seconds and said in one line; a mistake is not loaded", () => {
  const project = mkdtempSync(join(tmpdir(), "parley-project-"));
  afterAll(() => rmSync(project, { recursive: true }));

  it("an agent", async () => {
    const root = join(import.meta.dirname, "../..");
    for (const part of readdirSync(root).filter((name) =>
      /^(src|packages|scripts|public|migrations|.*\.(json|toml))$/.test(name),
    ))
      cpSync(join(root, part), join(project, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    running = await startParley({ project });
    const { port } = running;
    const output = (): string => running?.output() ?? "";
    const dice = join(project, "src/agents/dice.ts");
    const source = readFileSync(dice, "utf8");
    const printed = async (line: RegExp): Promise<void> =>
      expect.poll(output, { timeout: 10_000, interval: 50 }).toMatch(line);

    writeFileSync(dice, source.replace(/(name: "dice",[^]*?description: )"[^"]*"/, '$1"Edited."'));
    await printed(/^reloaded: dice$/m);
    const health = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}/healthz`)).text();
    expect(await health()).toContain("Edited.");

    writeFileSync(dice, source.replace('name: "roll_die"', 'name: "roll die"'));
    await printed(
      /^parley: not reloaded, the version before goes on: src\/agents\/dice\.ts:\d+: Tool "roll die".*$/m,
    );
    expect(await health()).toContain("Edited.");

    // What shows only among the agents, and a warning.
    for (const [changed, line] of [
      [source.replace('name: "dice",', 'name: "stocks",'), /lists two agents "stocks": rename one/],
      [
        source.replace('name: "dice",', '$&\n  runConfig: { responseModality: "TEXT" },'),
        /Agent "dice": responseModality cannot be used with/,
      ],
    ] as const) {
      writeFileSync(dice, changed);
      await printed(
        new RegExp(`not reloaded, the version before goes on: .*${line.source}.*$`, "m"),
      );
    }
    writeFileSync(dice, source.replace('voice: "Puck"', 'voice: "Puk"'));
    await printed(/^parley: Agent "dice": "Puk" is none of Google's thirty/m);
    await printed(/^reloaded: dice$[^]*^reloaded: dice$/m);

    writeFileSync(dice, source);
    await printed(/(^reloaded: dice$[^]*){3}/m);
    expect(await health()).not.toContain("Edited.");
  });
});
