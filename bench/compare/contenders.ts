/** Everything that the bench compares, by name. */
import { join } from "node:path";
import { startChild } from "../child.ts";
import { prepareAdkPython, startAdkPython } from "./adk-python.ts";
import type { Connect } from "./clients/client.ts";
import { connectParleyOpus } from "./clients/opus.ts";
import { authToken, connectPhone, phoneFrameMs } from "./clients/phone.ts";
import { connectSse } from "./clients/sse.ts";
import {
  connectAdk,
  connectBare,
  connectDirectly,
  connectLive,
  connectParley,
} from "./clients/websocket.ts";
import { collectionsOf } from "./collections.ts";
import type { Relay } from "./relay.ts";
import { startWorkerd, type Place } from "./workerd.ts";
import { fewRounds, type ContenderSet, type Work } from "./works.ts";

export interface Contender {
  readonly name: string;
  readonly connect: Connect;
  /** The sets of contenders that it is in. */
  readonly sets: readonly ContenderSet[];
  /** Its audio loses the stamps: clicks time it. */
  readonly transcodes?: true;
  /** No target turns on it: so many rounds suffice. */
  readonly mostRounds?: number;
  /** Why its protocol does not fit a work, in words. */
  readonly unfit?: (work: Work) => string | undefined;
  /** Prepares it once. @returns why it can not run here, in words. */
  readonly prepare?: () => string | undefined;
  /** @param upstream the Live API's address, http. */
  start(upstream: string): Promise<Relay>;
}

/** No relay: every delay is compared with its own. */
export const direct = "direct";
/** The contender that all others are compared with. */
export const floor = "floor";
export const adkPython = "ADK Python";
/** parley by the protocols that the targets name. */
export const parleyProtocols = ["parley.v1", "ADK", "Live API"] as const;
export const parleyOpus = "parley.v1 Opus";

const parley = (upstream: string): Promise<Relay> => startParleyWorker(upstream);

interface ParleyOptions {
  /** Takes what it logs; otherwise that is printed. */
  readonly onLog?: (text: string) => void;
  /** Where it finds what it has stored; otherwise it has a folder of its own. */
  readonly place?: Place;
  /** Added to the bench's. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** parley's own Worker, which admits every client. */
export const startParleyWorker = (
  upstream: string,
  { onLog, place, settings: added }: ParleyOptions = {},
): Promise<Relay & { readonly pid: number }> =>
  startWorkerd({
    ...(onLog && { onLog }),
    place,
    assets: "public",
    entry: "src/index.ts",
    objects: {
      CONVERSATION: "Conversation",
      DIRECTORY: "Directory",
      EPHEMERAL_TOKENS: "EphemeralTokenStore",
    },
    settings: (url) => ({
      LIVE_API_URL: upstream,
      ALLOW_ANONYMOUS: "1",
      // The clients of a round connect at once.
      LIMIT_CONNECTS: "100000",
      PUBLIC_URL: url,
      TWILIO_AUTH_TOKEN: authToken,
      ...added,
    }),
  });

/** One frame is a request: at more than ten a second a client would not choose it. */
const sseFrameMs = 100;

export const contenders: readonly Contender[] = [
  {
    name: direct,
    connect: connectDirectly,
    sets: ["all", "objects", "alone"],
    start: (upstream) =>
      Promise.resolve({
        url: upstream.replace(/^http/, "ws"),
        pid: undefined,
        takeCollections: () => undefined,
        stop: () => Promise.resolve(),
      }),
  },
  {
    name: floor,
    connect: connectBare,
    sets: ["all", "objects", "alone", "listeners"],
    start: (upstream) =>
      startWorkerd({
        entry: "bench/compare/floor/worker.ts",
        objects: { CONVERSATION: "Floor" },
        settings: () => ({ LIVE_API_URL: upstream }),
      }),
  },
  {
    name: "parley.v1",
    connect: connectParley,
    sets: ["all", "objects", "alone", "listeners"],
    start: parley,
  },
  {
    name: parleyOpus,
    connect: connectParleyOpus,
    sets: ["all", "alone"],
    start: parley,
    transcodes: true,
    mostRounds: fewRounds,
  },
  { name: "ADK", connect: connectAdk, sets: ["all", "objects", "alone"], start: parley },
  { name: "Live API", connect: connectLive, sets: ["all", "objects", "alone"], start: parley },
  {
    name: "SSE",
    connect: connectSse,
    sets: ["all"],
    mostRounds: fewRounds,
    start: parley,
    unfit: ({ frameMs }) =>
      frameMs < sseFrameMs ? `a frame is a request: at ${sseFrameMs} ms only` : undefined,
  },
  {
    name: "Twilio",
    connect: connectPhone,
    sets: ["all"],
    mostRounds: fewRounds,
    start: parley,
    transcodes: true,
    unfit: ({ frameMs }) =>
      frameMs === phoneFrameMs ? undefined : `its frames have ${phoneFrameMs} ms`,
  },
  {
    name: "relay in Node",
    connect: connectBare,
    sets: ["all"],
    mostRounds: fewRounds,
    start: nodeRelay,
  },
  {
    name: adkPython,
    connect: connectAdk,
    sets: ["all", "alone"],
    prepare: prepareAdkPython,
    start: startAdkPython,
  },
];

async function nodeRelay(upstream: string): Promise<Relay> {
  const child = startChild(
    [process.execPath, "--trace-gc", join(import.meta.dirname, "node-relay.ts")],
    { env: { LIVE_API_URL: upstream } },
  );
  const takeCollections = collectionsOf(child);
  const port = await child.nextLine((line) => /^\d+$/.test(line));
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid,
    takeCollections,
    stop: () => child.stop(),
  };
}
