/** A client of WebDriver: one session, whose commands are POSTs. */

export class WebDriverClient {
  readonly browserVersion: string;
  readonly #session: string;

  private constructor(session: string, browserVersion: string) {
    this.#session = session;
    this.browserVersion = browserVersion;
  }

  /**
   * Waits for the driver, and opens a session.
   * @throws when no driver answers within 10 s.
   */
  static async open(
    url: string,
    capabilities: Readonly<Record<string, unknown>>,
  ): Promise<WebDriverClient> {
    await untilReady(`${url}/status`);
    const { sessionId, capabilities: granted } = (await command("POST", `${url}/session`, {
      capabilities: { alwaysMatch: capabilities },
    })) as { sessionId: string; capabilities: { browserVersion: string } };
    return new WebDriverClient(`${url}/session/${sessionId}`, granted.browserVersion);
  }

  post(name: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    return command("POST", `${this.#session}/${name}`, body);
  }

  async close(): Promise<void> {
    await command("DELETE", this.#session);
  }
}

async function command(method: "POST" | "DELETE", url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(20_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${error}: ${message}`);
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return void (await fetch(url));
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
