/**
 * A connection to a remote server: opened when it is first needed, and opened anew when it broke.
 *
 * It belongs to one conversation: a Durable Object may not use another's connections.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { version } from "../../package.json";
import { isBroken, statusOf } from "./trouble.ts";

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface Where {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  /** For the opening, in ms. */
  readonly timeoutMs: number;
  /** The server says that it has other tools now. */
  readonly changed: () => void;
}

export class Connection {
  readonly #where: Where;
  #client: Promise<Client> | undefined;

  constructor(where: Where) {
    this.#where = where;
  }

  /** Does some work over the connection. A session the server has forgotten (HTTP 404) is begun anew, once. */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const old = this.#client;
    try {
      return await this.#try(work);
    } catch (error) {
      if (old === undefined || statusOf(error) !== 404) throw error;
      return this.#try(work);
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.then(hangUp, () => undefined);
  }

  async #try<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const opening = (this.#client ??= open(this.#where));
    try {
      const client = await opening;
      return await work(client);
    } catch (error) {
      if (this.#client === opening && isBroken(error)) this.close();
      throw error;
    }
  }
}

async function open({ url, headers, fetch, timeoutMs, changed }: Where): Promise<Client> {
  const client = new Client(
    { name: "parley", version },
    {
      // Servers of the newest revision need no handshake; older ones are told apart by a probe.
      versionNegotiation: { mode: "auto" },
      listChanged: { tools: { autoRefresh: false, onChanged: changed } },
    },
  );
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch });
  try {
    await client.connect(transport, { timeout: timeoutMs });
  } catch (error) {
    hangUp(client);
    throw error;
  }
  return client;
}

/** A server that keeps sessions is told that this one is over; whether it hears that is its own affair. */
function hangUp(client: Client): void {
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
