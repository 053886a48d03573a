/** The emulator's core as the upstream, inside workerd: no network, no speech, and a clock that only the test advances. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { openEmulator, type EmulatorOptions } from "../../src/emulator/core/emulator.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { setUpstream, setClock, type UpstreamResponder } from "./upstreams.ts";

/** @param options `clocked`: the upstream connection uses the emulator's clock too. */
export function emulated(
  object: string,
  { clocked = false, ...options }: EmulatorOptions & { readonly clocked?: boolean } = {},
) {
  const ports = scriptedPorts();
  const received: ClientMessage[] = [];
  const emulator = openEmulator(ports, {
    ...options,
    onEntry: (entry) => {
      options.onEntry?.(entry);
      if ("client" in entry) received.push(entry.client as ClientMessage);
    },
  });
  if (clocked) setClock(object, ports.clock);
  const answer: UpstreamResponder = ({ url, headers }) => {
    const { pathname, searchParams } = new URL(url);
    const { 0: relay, 1: server } = new WebSocketPair();
    server.accept();
    const request = { path: pathname, query: new Map(searchParams), headers: new Map(headers) };
    const connection = emulator.connect(request, {
      send: (frame) => server.send(frame),
      close: (code, reason) => server.close(code, reason),
    });
    if (!connection) return new Response("no such path", { status: 404 });
    server.binaryType = "arraybuffer";
    server.addEventListener("message", ({ data }) =>
      connection.receive(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)),
    );
    server.addEventListener("close", ({ code, reason }) => connection.closed(code, reason));
    return new Response(null, { status: 101, webSocket: relay });
  };
  setUpstream(object, answer);
  return {
    ports,
    emulator,
    answer,
    /** The messages of all connections, in order. */
    received,
    /** Advances the emulator's clock by ms, inside the object that owns its sockets. */
    pass: (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => ports.clock.advance(ms)),
  };
}

/** Advances the clock until a promise settles. */
export async function until<T>(
  promise: Promise<T>,
  pass: (ms: number) => Promise<void>,
): Promise<T> {
  const settled = { over: false };
  const stop = () => void (settled.over = true);
  promise.then(stop, stop);
  while (!settled.over) await pass(50);
  return promise;
}
