/** The built Worker in workerd with the load test's model, and the clients that talk to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { atEnd } from "../child.ts";
import { startParleyWorker } from "../compare/contenders.ts";
import { pace, type Pace } from "../compare/pace.ts";
import type { Relay } from "../compare/relay.ts";
import type { Event } from "../../src/wire/adk.ts";
import { subprotocol, type ServerFrame } from "../../src/wire/parley-v1.ts";
import { frameMs, isLoudInPhrase } from "./frames.ts";
import { LoadModel, type ModelKind } from "./model.ts";
import { Talker } from "./talker.ts";

type Worker = Relay & { readonly pid: number };

export class LoadServer {
  readonly model: LoadModel;
  readonly #folder: string;
  readonly #removeFolder: () => void;
  readonly #talkers: Talker[] = [];
  #worker: Worker;

  private constructor(model: LoadModel, worker: Worker, folder: string, removeFolder: () => void) {
    this.model = model;
    this.#worker = worker;
    this.#folder = folder;
    this.#removeFolder = removeFolder;
  }

  static async start(kind: ModelKind): Promise<LoadServer> {
    const folder = mkdtempSync(join(tmpdir(), "parley-load-"));
    const removeFolder = atEnd(() => rmSync(folder, { recursive: true, force: true }));
    const model = await LoadModel.start(kind);
    const worker = await startParleyWorker(model.url, {
      onLog: () => undefined,
      place: { folder },
    });
    return new LoadServer(model, worker, folder, removeFolder);
  }

  get pid(): number {
    return this.#worker.pid;
  }

  /** Conversations count from 1. */
  async connect(conversations: number): Promise<readonly Talker[]> {
    for (let at = 1; at <= conversations; at++)
      this.#talkers.push(await Talker.connect(this.#worker.url, at));
    return this.#talkers;
  }

  /** Asks to join another conversation. @returns the server's first frame. */
  async firstFrame(user: string): Promise<ServerFrame> {
    const socket = new WebSocket(`${this.#worker.url}/ws/${user}/load`, subprotocol);
    socket.on("open", () => socket.send('{"type":"hello"}'));
    const [frame] = (await once(socket, "message")) as [Buffer];
    socket.terminate();
    return JSON.parse(frame.toString()) as ServerFrame;
  }

  /** Kills the Worker, and starts it again with what it had stored, at the same port. */
  async restart(): Promise<void> {
    const port = Number(new URL(this.#worker.url).port);
    await this.#worker.stop();
    const place = { folder: this.#folder, port };
    this.#worker = await startParleyWorker(this.model.url, { onLog: () => undefined, place });
  }

  /** The stored events of a conversation. */
  async log(conversation: number): Promise<readonly Event[]> {
    const base = this.#worker.url.replace("ws", "http");
    const path = `/apps/assistant/users/talker${conversation}/sessions/load`;
    const { events } = (await (await fetch(base + path)).json()) as { readonly events: Event[] };
    return events;
  }

  async stop(): Promise<void> {
    for (const talker of this.#talkers) talker.leave();
    await this.#worker.stop();
    this.model.close();
    this.#removeFolder();
  }
}

/** Microphones of all talkers at real-time pace, one after the other. */
export const speakAll = (talkers: readonly Talker[]): Pace =>
  pace(frameMs / talkers.length, (count) => {
    const frame = Math.floor(count / talkers.length);
    talkers[count % talkers.length]?.speak(frame, isLoudInPhrase(frame));
  });

/** @returns whether the condition came true in time. */
export async function until(condition: () => boolean, forMs: number): Promise<boolean> {
  for (const end = performance.now() + forMs; performance.now() < end; await sleep(50))
    if (condition()) return true;
  return condition();
}
