/**
 * ADK's web page as a server sees it: its requests in order and spelling, and its reading of the responses. Throws
 * where the page would break, and shows rows as the page shows them.
 */
import * as z from "zod";
import type { Event } from "../../src/wire/adk.ts";
import { fromBase64 } from "../../src/wire/base64.ts";
import { Client } from "./client.ts";
import { speak, type Speaking } from "./speaker.ts";

export interface Row {
  id: string;
  role: "user" | "bot";
  kind: "words" | "transcript" | "other";
  text: string;
  partial: boolean;
}

/** The page drops all spans when one is malformed. */
export const spanShape = z.strictObject({
  name: z.string(),
  span_id: z.union([z.string(), z.number()]),
  trace_id: z.union([z.string(), z.number()]),
  start_time: z.number(),
  end_time: z.number(),
  parent_span_id: z.union([z.string(), z.number()]).nullable(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
});

const sessionShape = z.strictObject({
  id: z.string(),
  appName: z.string(),
  userId: z.string(),
  state: z.record(z.string(), z.unknown()),
  events: z.array(z.custom<Event>()),
  lastUpdateTime: z.number(),
});

export class AdkPage {
  readonly rows: Row[] = [];
  /** All audio played, at 24 kHz whatever its rate was. */
  readonly played: Uint8Array[] = [];
  /** How often playback was stopped at once. */
  stopped = 0;
  app = "";
  session = "";
  readonly #http: string;
  #call: Client<Event> | undefined;

  /** @param url ws://… of the server. */
  constructor(url: string) {
    this.#http = url.replace(/^ws/, "http");
  }

  get sessions(): string {
    return `/apps/${this.app}/users/user/sessions`;
  }

  /** Opens the page. @returns the apps it offers. */
  async load(): Promise<readonly string[]> {
    await this.json("/dev-ui/assets/config/runtime-config.json");
    const apps = z.array(z.string()).parse(await this.json("/list-apps?relative_path=./"));
    z.object({ version: z.string(), language: z.string() }).parse(await this.json("/version"));
    // Any value except false shows a dialog that blocks the page.
    z.object({ telemetry: z.literal(false) }).parse(await this.json("/config/telemetry"));
    return apps;
  }

  async select(app: string): Promise<void> {
    this.app = app;
    const graph = await this.json(`/dev/apps/${app}/build_graph`);
    z.object({ root_agent: z.object({ name: z.literal(app) }) }).parse(graph);
    for (const dark of [false, true]) {
      const image = await this.json(`/dev/apps/${app}/build_graph_image?dark_mode=${dark}`);
      z.record(z.string(), z.object({ dotSrc: z.string().startsWith("digraph") })).parse(image);
    }
    await (await fetch(`${this.#http}/dev/apps/${app}/builder?ts=${Date.now()}`)).text();
    for (const list of ["eval_sets", "eval_results"])
      z.array(z.string()).parse(await this.json(`/dev/apps/${app}/${list}`));
    await this.list();
  }

  /** The list of sessions, by display name. */
  async list(): Promise<string[]> {
    const all = z.array(sessionShape).parse(await this.json(this.sessions));
    return all.map(({ id, state }) => {
      const named = z.object({ displayName: z.string() }).safeParse(state["__session_metadata__"]);
      return named.data?.displayName ?? id;
    });
  }

  /** The first message creates a session named after it. */
  async createSession(displayName?: string): Promise<void> {
    const named =
      displayName === undefined ? undefined : { state: { __session_metadata__: { displayName } } };
    const created = await this.json(this.sessions, "POST", named);
    this.session = sessionShape.parse(created).id;
  }

  /** Opens a session from the list. */
  async loadSession(): Promise<z.output<typeof sessionShape>> {
    return sessionShape.parse(await this.json(`${this.sessions}/${this.session}`));
  }

  async traces(): Promise<z.output<typeof spanShape>[]> {
    const spans = await this.json(`/dev/apps/${this.app}/debug/trace/session/${this.session}`);
    return z.array(spanShape).parse(spans);
  }

  /** Sends the text box's content. @param parts its attachments. */
  async send(text: string, streaming = false, parts: object[] = []): Promise<Event[]> {
    const response = await this.#run("/run_sse", text, { streaming, parts });
    const events: Event[] = [];
    for await (const chunk of response.body ?? []) {
      const lines = new TextDecoder().decode(chunk).split(/\r?\n/);
      // A chunk that ends within a line would show everything before it twice. Comments are skipped.
      for (const line of lines.filter((each) => each.startsWith("data:"))) {
        const event = JSON.parse(line.replace(/^data:\s*/, "")) as Event;
        events.push(event);
        this.#show(event);
      }
    }
    return events;
  }

  /** Sends text and presses the stop button once the answer is heard in the call. @returns the run's abort event there. */
  async sendAndStop(path: "/run" | "/run_sse", text: string): Promise<Event | undefined> {
    const stop = new AbortController();
    const played = this.played.length;
    const aborted = this.#call?.next((event) => event.errorCode === "INVOCATION_ABORTED");
    const response = this.#run(path, text, { signal: stop.signal }).then((each) => each.text());
    response.catch(() => undefined);
    while (this.played.length === played) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    return aborted;
  }

  #run(
    path: string,
    text: string,
    { streaming = false, parts = [] as object[], signal = null as AbortSignal | null },
  ): Promise<Response> {
    return fetch(`${this.#http}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({
        appName: this.app,
        userId: "user",
        sessionId: this.session,
        newMessage: { role: "user", parts: [{ text }, ...parts] },
        streaming,
        stateDelta: null,
      }),
      signal,
    });
  }

  /**
   * Switches the microphone on, or with VIDEO microphone and camera, which is a call of its own.
   * @param query further parameters, which the page itself does not send.
   */
  async connect(modalities: "AUDIO" | "VIDEO", query = ""): Promise<Client<Event>> {
    const named = { app_name: this.app, user_id: "user", session_id: this.session, modalities };
    const where = `${new URLSearchParams(named)}${query}`;
    const url = `${this.#http.replace(/^http/, "ws")}/run_live?${where}`;
    const socket = new Client<Event>(url, { patience: 30_000 });
    this.#call = socket;
    socket.socket.on("message", (data: Buffer) => this.#show(JSON.parse(data.toString()) as Event));
    await socket.opened;
    return socket;
  }

  /** Sends audio at 16 kHz, one frame every 250 ms. It ends with its call: the next one has a microphone of its own. */
  speak(samples: Int16Array): Speaking {
    const call = this.#call;
    const send = (frame: Int16Array): void => {
      if (call === this.#call) this.#blob("audio/pcm;rate=16000", new Uint8Array(frame.buffer));
    };
    return speak(samples, send, { frame: 250, silence: 3_000 });
  }

  /** Sends a camera image, once a second. */
  sendImage(jpeg: Uint8Array): void {
    this.#blob("image/jpeg", jpeg);
  }

  /** Closes without a code, as the page does. */
  hangUp(): Promise<{ readonly code: number; readonly reason: string }> {
    this.#call?.socket.close();
    return this.#call?.closed ?? Promise.reject(new Error("there is no call"));
  }

  /** @throws Error when the page could not read it. */
  async json(path: string, method = "GET", body?: object): Promise<unknown> {
    const response = await fetch(`${this.#http}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status}`);
    return response.json();
  }

  #blob(mimeType: string, bytes: Uint8Array): void {
    const blob = { mime_type: mimeType, data: Buffer.from(bytes).toString("base64") };
    this.#call?.socket.send(JSON.stringify({ blob }));
  }

  #show(event: Event): void {
    if (JSON.stringify(event).includes(":null")) throw new Error("null is not absent to the page");
    if (!event.id) throw new Error("an event without an id");
    const parts = event.content?.parts ?? [];
    const sounds = parts.filter(({ inlineData }) => inlineData?.mimeType?.startsWith("audio/"));
    for (const { inlineData } of sounds) this.#play(fromBase64(inlineData?.data ?? ""));
    // Audio-only events reach the player only.
    if (event.content && sounds.length === parts.length) return;
    if (event.interrupted || (event.inputTranscription && event.partial)) this.stopped++;
    const row = rowOf(event);
    if (row) this.#put(row);
  }

  #play(pcm: Uint8Array | undefined): void {
    if (!pcm || pcm.byteLength % 2 === 1)
      throw new Error("an odd chunk silences the page for good");
    this.played.push(pcm);
  }

  /** Appends deltas to the last row of their kind; a whole transcript replaces it. */
  #put(row: Row): void {
    const last = this.rows.at(-1);
    const goesOn = last?.partial && last.role === row.role && last.kind === row.kind;
    if (row.partial && goesOn) return void (last.text += row.text);
    if (row.partial) return void this.rows.push(row);
    const at = this.rows.findIndex(({ id }) => id === row.id);
    const deltas = this.rows.findLastIndex(({ partial, kind }) => partial && kind === row.kind);
    const index = at >= 0 ? at : deltas;
    if (index >= 0) this.rows[index] = row;
    else this.rows.push(row);
  }
}

function rowOf({ id, author, content, partial = false, ...event }: Event): Row | undefined {
  const transcript = event.inputTranscription ?? event.outputTranscription;
  const role = event.inputTranscription ? "user" : author === "user" ? "user" : "bot";
  if (transcript) return { id, role, kind: "transcript", text: transcript.text, partial };
  const text = content?.parts?.map((part) => part.text ?? "").join("") ?? "";
  if (text) return { id, role, kind: "words", text, partial };
  const error = event.errorMessage;
  return error ? { id, role: "bot", kind: "other", text: error, partial: false } : undefined;
}
