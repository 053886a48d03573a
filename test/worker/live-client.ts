/** A client of the Live API inside workerd: frames as the official SDKs write them, an inbox that loses nothing. */
import { env, exports } from "cloudflare:workers";
import type { Agent } from "../../src/agent/agent.ts";
import worker from "../../src/index.ts";
import type { EmulatorOptions } from "../../src/emulator/core/emulator.ts";
import { emulated } from "./emulated.ts";
import { setUpstream, setAgent, FakeUpstreams } from "./upstreams.ts";

/** Whatever a server's message may hold. */
export type Message = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any

export class LiveClient {
  readonly messages: Message[] = [];
  /** As they came. */
  readonly frames: string[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  #changed = Promise.withResolvers<void>();
  #read = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") throw new Error("Google's frames are binary");
      const text = new TextDecoder().decode(data as ArrayBuffer);
      this.frames.push(text);
      this.messages.push(JSON.parse(text) as Message);
      this.#notify();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#notify();
    });
    socket.accept();
  }

  send(frame: object | string): void {
    const raw = typeof frame === "string" || frame instanceof ArrayBuffer;
    this.#socket.send(raw ? frame : JSON.stringify(frame));
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  /** The next message that satisfies a condition, skipping those before it. Rejects when the socket closes first. */
  async next(condition: (message: Message) => boolean = () => true): Promise<Message> {
    for (;;) {
      const message = this.messages[this.#read];
      if (message) {
        this.#read++;
        if (condition(message)) return message;
      } else if (this.closed) throw new Error(`closed: ${this.closed.code} ${this.closed.reason}`);
      else await this.#changed.promise;
    }
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.#changed.promise;
    return this.closed;
  }

  get outputTranscript(): string {
    return this.messages
      .map(({ serverContent }) => serverContent?.outputTranscription?.text ?? "")
      .join("");
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

export const method =
  "ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
export const model = "models/gemini-3.8-live";
export const turnComplete = ({ serverContent }: Message): boolean =>
  serverContent?.turnComplete === true;
export const setupComplete = (message: Message): boolean => message["setupComplete"] !== undefined;
export const transcribed = { inputAudioTranscription: {}, outputAudioTranscription: {} };

/** @param secret with it, tokens are needed. */
export async function connectLive(
  path: string,
  headers: Record<string, string> = {},
  secret?: string,
) {
  const request = new Request(`https://parley.test${path}`, {
    headers: { Upgrade: "websocket", ...headers },
  });
  const response = await (secret === undefined
    ? exports.default.fetch(request)
    : worker.fetch(request, { ...env, AUTH_SECRET: secret }));
  if (!response.webSocket) throw new Error(`no socket: HTTP ${response.status}`);
  return new LiveClient(response.webSocket);
}

let count = 0;

/** A conversation of its own, reached by its address. @param app another one's name, or an agent of the test's. */
export function liveConversation(app: string | Agent = "assistant") {
  const name = typeof app === "string" ? app : app.name;
  const [user, session] = ["lia", `live-${++count}`];
  const object = JSON.stringify([typeof app === "string" ? name : "assistant", user, session]);
  if (typeof app === "object") setAgent(object, app);
  const path = `/live/${typeof app === "string" ? name : "assistant"}/${user}/${session}`;
  return {
    object,
    path,
    user,
    session,
    dial: (query = "") => connectLive(`${path}//${method}${query}`),
  };
}

/** With the emulator's core as the model. */
export function emulatedLive(
  app?: string | Agent,
  options: EmulatorOptions & { clocked?: boolean } = {},
) {
  const where = liveConversation(app);
  return { ...where, ...emulated(where.object, options) };
}

/** With models that the test plays. */
export function scriptedLive(app?: string | Agent) {
  const where = liveConversation(app);
  const models = new FakeUpstreams();
  setUpstream(where.object, models.answer);
  return { ...where, models };
}

/** The same with a client in it whose session is set up. */
export async function connectedLive(app?: string | Agent, setup: object = transcribed, query = "") {
  const stage = scriptedLive(app);
  const client = await stage.dial(query);
  client.send({ setup: { model, ...setup } });
  // Asked for, and not awaited from the model's own end: what that resolves goes on in the object's context.
  while (!stage.models.all[0]) await scheduler.wait(1);
  const upstream = stage.models.all[0];
  while (upstream.received.length === 0) await scheduler.wait(1);
  await upstream.send({ setupComplete: {} });
  await client.next(setupComplete);
  return { ...stage, client, upstream };
}
