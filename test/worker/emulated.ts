/** The emulator's core as the upstream, inside workerd: no network, no speech, and time stands still until told. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { openEmulator, type EmulatorOptions } from "../../src/emulator/core/emulator.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { setUpstream, setClock, type UpstreamResponder } from "./upstreams.ts";

/** @param options `clocked`: the line's clock is the emulator's, too, and stands still with it. */
export function emulated(
  object: string,
  { clocked = false, ...options }: EmulatorOptions & { readonly clocked?: boolean } = {},
) {
  const ports = scriptedPorts();
  const emulator = openEmulator(ports, options);
  if (clocked) setClock(object, ports.clock);
  const answer: UpstreamResponder = ({ url, headers }) => {
    const { pathname, searchParams } = new URL(url);
    const { 0: relay, 1: server } = new WebSocketPair();
    server.accept();
    const request = { path: pathname, query: new Map(searchParams), headers: new Map(headers) };
    const line = emulator.connect(request, {
      send: (frame) => server.send(frame),
      close: (code, reason) => server.close(code, reason),
    });
    if (!line) return new Response("no such path", { status: 404 });
    server.binaryType = "arraybuffer";
    server.addEventListener("message", ({ data }) =>
      line.receive(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)),
    );
    server.addEventListener("close", ({ code, reason }) => line.closed(code, reason));
    return new Response(null, { status: 101, webSocket: relay });
  };
  setUpstream(object, answer);
  return {
    ports,
    emulator,
    answer,
    /** Lets the emulator's time pass, inside the object that owns its sockets. */
    pass: (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => ports.clock.advance(ms)),
  };
}

/** Lets time pass until a client heard what it waits for. */
export async function until<T>(heard: Promise<T>, pass: (ms: number) => Promise<void>): Promise<T> {
  const waiting = { over: false };
  const stop = () => void (waiting.over = true);
  heard.then(stop, stop);
  while (!waiting.over) await pass(50);
  return heard;
}
