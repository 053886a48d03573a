/**
 * A connection to an MCP server, opened on first use and reopened after it broke.
 *
 * It belongs to one conversation: a Durable Object may not use another object's connections.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import manifest from "../../package.json" with { type: "json" };
import { withTimeout } from "../with-timeout.ts";
import { isConnectionBroken, httpStatusOf, noAnswer } from "./errors.ts";
import { repairing } from "./repair.ts";

export type McpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

interface McpConnectionOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: McpFetch;
  /** Limit for opening the connection, and for ending the session at the server, in ms. */
  readonly timeoutMs: number;
  /** Called when the server announces a change of its tools. */
  readonly onToolsChanged: () => void;
}

/** A connection that is open, or is being opened. */
interface OpenConnection {
  readonly client: Promise<Client>;
  /** How many requests use it. */
  users: number;
  /** To be closed once no request uses it. */
  isDropped: boolean;
}

export class McpConnection {
  readonly #options: McpConnectionOptions;
  #open: OpenConnection | undefined;

  constructor(options: McpConnectionOptions) {
    this.#options = options;
  }

  /** Runs `work` on the connection. If the server no longer knows the session (HTTP 404), opens a new one, once. */
  async run<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const old = this.#open;
    try {
      return await this.#try(work);
    } catch (error) {
      if (old === undefined || httpStatusOf(error) !== 404) throw error;
      return this.#try(work);
    }
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open) this.#close(open);
  }

  /** The next request opens another connection. Requests under way go on, on this one. */
  drop(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open?.users === 0) this.#close(open);
    else if (open) open.isDropped = true;
  }

  async #try<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const open = (this.#open ??= this.#connect());
    open.users++;
    try {
      const client = await open.client;
      return await work(client);
    } catch (error) {
      if (this.#open === open && isConnectionBroken(error)) this.close();
      throw error;
    } finally {
      open.users--;
      if (open.isDropped && open.users === 0) this.#close(open);
    }
  }

  #connect(): OpenConnection {
    const client = openClient(this.#options);
    const open = { client, users: 0, isDropped: false };
    // Also after a timeout: a later request must not find the attempt that failed.
    client.catch(() => {
      if (this.#open === open) this.#open = undefined;
    });
    return open;
  }

  #close({ client }: OpenConnection): void {
    client.then(
      (opened) => closeClient(opened, this.#options.timeoutMs),
      () => undefined,
    );
  }
}

async function openClient({
  url,
  headers,
  fetch,
  timeoutMs,
  onToolsChanged,
}: McpConnectionOptions): Promise<Client> {
  const client = new Client(
    { name: "parley", version: manifest.version },
    {
      // The SDK probes for the server's revision: the newest needs no handshake.
      versionNegotiation: { mode: "auto" },
      listChanged: { tools: { autoRefresh: false, onChanged: onToolsChanged } },
    },
  );
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers },
    fetch: repairing(fetch),
  });
  const connecting = client.connect(transport, { timeout: timeoutMs });
  try {
    // The SDK's own timeout does not cover the notification after the handshake.
    await withTimeout(connecting, timeoutMs, noAnswer);
  } catch (error) {
    closeClient(client, timeoutMs);
    throw error;
  }
  return client;
}

/** Ends the session at a server that has sessions; ignores failures. */
function closeClient(client: Client, timeoutMs: number): void {
  const { transport } = client;
  const terminated =
    transport instanceof StreamableHTTPClientTransport
      ? transport.terminateSession()
      : Promise.resolve();
  withTimeout(terminated, timeoutMs, noAnswer)
    .catch(() => undefined)
    .then(() => client.close())
    .catch(() => undefined);
}
