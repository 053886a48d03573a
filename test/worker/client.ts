/** A client of the relay inside workerd that buffers every frame until the test reads it. */
import { exports } from "cloudflare:workers";
import type { Agent } from "../../src/agent/agent.ts";
import type { Event } from "../../src/wire/adk.ts";
import { pong } from "../../src/wire/parley-v1.ts";
import { setUpstream, setAgent, FakeUpstreams } from "./upstreams.ts";

export class Client {
  readonly events: Event[] = [];
  readonly frames: string[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  #changed = Promise.withResolvers<void>();
  #read = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.frames.push(data as string);
      if (data !== pong) this.events.push(JSON.parse(data as string) as Event);
      this.#notify();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#notify();
    });
    socket.accept();
  }

  send(frame: object | string | ArrayBuffer): void {
    const raw = typeof frame === "string" || frame instanceof ArrayBuffer;
    this.#socket.send(raw ? frame : JSON.stringify(frame));
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  /** The next event that satisfies a condition, skipping those before it. */
  async next(condition: (event: Event) => boolean = () => true): Promise<Event> {
    for (;;) {
      const event = this.events[this.#read];
      if (event) {
        this.#read++;
        if (condition(event)) return event;
      } else await this.#changed.promise;
    }
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.#changed.promise;
    return this.closed;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

export async function connect(path: string, headers: Record<string, string> = {}): Promise<Client> {
  const response = await exports.default.fetch(`https://parley.test${path}`, {
    headers: { Upgrade: "websocket", ...headers },
  });
  if (!response.webSocket) throw new Error(`no socket: HTTP ${response.status}`);
  return new Client(response.webSocket);
}

let count = 0;

/**
 * A new conversation. The test plays its models.
 * @param user the default has no other conversation: tests share one storage, with the files and the state of each user.
 */
export function newConversation(agent = "assistant", user = `ann${++count}`) {
  const session = `s${++count}`;
  const object = JSON.stringify([agent, user, session]);
  const models = new FakeUpstreams();
  setUpstream(object, models.answer);
  return {
    user,
    object,
    models,
    join: (query = "", headers = {}) =>
      connect(`/ws/${user}/${session}?agent=${agent}${query}`, headers),
  };
}

/** A conversation whose session is ready. @param agent a name of this deployment, or an agent of the test's. */
export async function connectedConversation(agent?: string | Agent, query = "", user?: string) {
  const conversation = newConversation(typeof agent === "string" ? agent : undefined, user);
  if (typeof agent === "object") setAgent(conversation.object, agent);
  const ann = await conversation.join(query);
  const model = await conversation.models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  return { ...conversation, ann, model };
}
