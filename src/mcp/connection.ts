/**
 * A connection to a remote server: opened when it is first needed, and opened anew when it broke.
 *
 * It belongs to one conversation: a Durable Object may not use another's connections.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { version } from "../../package.json";
import { isConnectionBroken, httpStatusOf } from "./trouble.ts";

export type McpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface McpConnectionOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: McpFetch;
  /** For the opening, in ms. */
  readonly timeoutMs: number;
  /** The server says that it has other tools now. */
  readonly onToolsChanged: () => void;
}

export class McpConnection {
  readonly #options: McpConnectionOptions;
  #client: Promise<Client> | undefined;

  constructor(where: McpConnectionOptions) {
    this.#options = where;
  }

  /** Does some work over the connection. A session the server has forgotten (HTTP 404) is begun anew, once. */
  async run<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const old = this.#client;
    try {
      return await this.#try(work);
    } catch (error) {
      if (old === undefined || httpStatusOf(error) !== 404) throw error;
      return this.#try(work);
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.then(closeClient, () => undefined);
  }

  async #try<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const opening = (this.#client ??= openClient(this.#options));
    try {
      const client = await opening;
      return await work(client);
    } catch (error) {
      if (this.#client === opening && isConnectionBroken(error)) this.close();
      throw error;
    }
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
    { name: "parley", version },
    {
      // Servers of the newest revision need no handshake; older ones are told apart by a probe.
      versionNegotiation: { mode: "auto" },
      listChanged: { tools: { autoRefresh: false, onChanged: onToolsChanged } },
    },
  );
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch });
  try {
    await client.connect(transport, { timeout: timeoutMs });
  } catch (error) {
    closeClient(client);
    throw error;
  }
  return client;
}

/** A server that keeps sessions is told that this one is over; whether it hears that is its own affair. */
function closeClient(client: Client): void {
  const { transport } = client;
  const told =
    transport instanceof StreamableHTTPClientTransport
      ? transport.terminateSession()
      : Promise.resolve();
  told
    .catch(() => undefined)
    .then(() => client.close())
    .catch(() => undefined);
}
