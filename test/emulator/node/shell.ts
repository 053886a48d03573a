/** The emulator's server on scripted ports: a socket and HTTP without loading a model. */
import { onTestFinished } from "vitest";
import { openEmulator, type EmulatorOptions } from "../../../src/emulator/core/emulator.ts";
import { NodeClock } from "../../../src/emulator/node/clock.ts";
import { RecentFrames } from "../../../src/emulator/node/recent-frames.ts";
import { createDebugEndpoints } from "../../../src/emulator/node/debug-endpoints.ts";
import { listenOn, type ListenOptions } from "../../../src/emulator/node/listen.ts";
import { Client } from "../../support/client.ts";
import { scriptedPorts } from "../../support/scripted.ts";
import { DEFAULT_SETUP, type Received } from "../client.ts";

export const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

const silent = { stats: () => ({}) } as never;

/** Closes with the test. */
export async function startShell(options: EmulatorOptions = {}, at: ListenOptions = {}) {
  const clock = new NodeClock();
  const latest = new RecentFrames();
  const ports = { ...scriptedPorts(), clock };
  const onEntry = latest.add.bind(latest);
  const emulator = openEmulator(ports, { ...options, onEntry });
  const debugEndpoints = createDebugEndpoints({
    emulator,
    speech: silent,
    clock,
    recentFrames: latest,
    sockets: () => 0,
  });
  const port = await listenOn(at, {
    connect: emulator.connect,
    handleHttp: emulator.handleHttp,
    debugEndpoints,
  });
  onTestFinished(() => port.close());
  return { ...port, ports, emulator };
}

/** A session after setup. */
export async function session(url: string, settings: object = {}): Promise<Client<Received>> {
  const client = new Client<Received>(`${url.replace("http", "ws")}${path}?key=local`, settings);
  await client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {} } });
  await client.next((message) => message.setupComplete !== undefined);
  return client;
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text, headers });
  return { status: response.status, body: await response.json() };
}
