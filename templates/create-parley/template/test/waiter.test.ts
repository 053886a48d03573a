/** Orders from the agent as a client does: the server and the emulator run on free ports, without a key. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "agent-test-"));
let server: ChildProcess;
let port: number;

before(async () => {
  // Instead of `.dev.vars`: the test never uses your key.
  const settings = join(folder, "settings");
  writeFileSync(settings, "");
  port = await freePort();
  const env = {
    ...process.env,
    PORT: `${port}`,
    EMULATOR_PORT: `${await freePort()}`,
    PARLEY_VARS: settings,
  };
  server = spawn(process.execPath, ["scripts/start.ts", "--persist-to", folder], { env });
  await new Promise<void>((resolve, reject) => {
    let output = "";
    for (const stream of [server.stdout, server.stderr])
      stream?.on("data", (data: Buffer) => {
        output += data.toString();
        if (output.includes("parley is ready")) resolve();
      });
    server.once("exit", () => reject(new Error(`The server did not start:\n${output}`)));
  });
});

after(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

test("the waiter adds two espressos to the order, and says so", async () => {
  const events = await turn("Two espressos, please.");
  const parts = events.flatMap(({ content }) => content?.parts ?? []);
  const call = parts.find(({ functionCall }) => functionCall)?.functionCall;
  assert.equal(call?.name, "add_to_order");
  assert.deepEqual(call.args, { drink: "espresso", count: 2 });
  const response = parts.find(({ functionResponse }) => functionResponse)?.functionResponse;
  assert.deepEqual(response?.response, { order: { espresso: 2 } });
  assert.match(events.findLast(spoken)?.outputTranscription?.text ?? "", /\w+/u);
});

/** The fields of ADK's Event that the test reads. */
interface Event {
  readonly content?: {
    readonly parts?: readonly {
      readonly functionCall?: { readonly name: string; readonly args: object };
      readonly functionResponse?: { readonly response: object };
    }[];
  };
  readonly outputTranscription?: { readonly text?: string; readonly finished?: boolean };
  readonly turnComplete?: boolean;
}

const spoken = ({ outputTranscription }: Event): boolean => outputTranscription?.finished === true;

/** Types a text in a new conversation. @returns the events until the agent has spoken and its turn is complete. */
async function turn(text: string): Promise<Event[]> {
  const address = `ws://127.0.0.1:${port}/ws/ann/${crypto.randomUUID()}?agent=waiter`;
  const socket = new WebSocket(address);
  const events: Event[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify({ type: "text", text }));
    socket.onerror = () => reject(new Error(`No connection to ${address}.`));
    socket.onclose = ({ reason }) => reject(new Error(`The server closed the socket: ${reason}`));
    socket.onmessage = ({ data }) => {
      events.push(JSON.parse(`${data}`) as Event);
      if (events.at(-1)?.turnComplete === true && events.some(spoken)) resolve();
    };
  });
  socket.onclose = null;
  socket.close();
  return events;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port: free } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
