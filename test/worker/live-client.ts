/** A Live API client inside workerd: frames as the official SDKs write them, buffered until the test reads them. */
import { env, exports } from "cloudflare:workers";
import type { Agent } from "../../src/agent/agent.ts";
import worker from "../../src/index.ts";
import type { EmulatorOptions } from "../../src/emulator/core/emulator.ts";
import { emulated } from "./emulated.ts";
import { setUpstream, setAgent, FakeUpstreams } from "./upstreams.ts";

/** A server message, with any fields. */
export type Message = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any

export class LiveClient {
  readonly messages: Message[] = [];
  /** The same as text. */
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

/** @param secret AUTH_SECRET; if given, tokens are required. */
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

/** A new conversation with an address of its own. @param app another app's name, or an agent of the test's. */
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
    connect: (query = "") => connectLive(`${path}//${method}${query}`),
  };
}

/** The same with the emulator's core as the upstream. */
export function emulatedLive(
  app?: string | Agent,
  options: EmulatorOptions & { clocked?: boolean } = {},
) {
  const conversation = liveConversation(app);
  return { ...conversation, ...emulated(conversation.object, options) };
}

/** The same with models that the test plays. */
export function scriptedLive(app?: string | Agent) {
  const conversation = liveConversation(app);
  const models = new FakeUpstreams();
  setUpstream(conversation.object, models.answer);
  return { ...conversation, models };
}

/** The same with a client whose session is set up. */
export async function connectedLive(app?: string | Agent, setup: object = transcribed, query = "") {
  const conversation = scriptedLive(app);
  const client = await conversation.connect(query);
  client.send({ setup: { model, ...setup } });
  // Polled: a promise that the model's side resolves would continue in the object's context.
  while (!conversation.models.all[0]) await scheduler.wait(1);
  const upstream = conversation.models.all[0];
  while (upstream.received.length === 0) await scheduler.wait(1);
  await upstream.send({ setupComplete: {} });
  await client.next(setupComplete);
  return { ...conversation, client, upstream };
}
