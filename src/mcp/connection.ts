/**
 * A connection to an MCP server, opened on first use and reopened after it broke.
 *
 * It belongs to one conversation: a Durable Object may not use another object's connections.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import manifest from "../../package.json" with { type: "json" };
import { isConnectionBroken, httpStatusOf } from "./errors.ts";
import { repairing } from "./repair.ts";

export type McpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

interface McpConnectionOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: McpFetch;
  /** Limit for opening the connection, in ms. */
  readonly timeoutMs: number;
  /** Called when the server announces a change of its tools. */
  readonly onToolsChanged: () => void;
}

export class McpConnection {
  readonly #options: McpConnectionOptions;
  #client: Promise<Client> | undefined;

  constructor(options: McpConnectionOptions) {
    this.#options = options;
  }

  /** Runs `work` on the connection. If the server no longer knows the session (HTTP 404), opens a new one, once. */
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
  try {
    await client.connect(transport, { timeout: timeoutMs });
  } catch (error) {
    closeClient(client);
    throw error;
  }
  return client;
}

/** Ends the session at a server that has sessions; ignores failures. */
function closeClient(client: Client): void {
  const { transport } = client;
  const terminated =
    transport instanceof StreamableHTTPClientTransport
      ? transport.terminateSession()
      : Promise.resolve();
  terminated
    .catch(() => undefined)
    .then(() => client.close())
    .catch(() => undefined);
}
