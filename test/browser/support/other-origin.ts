/** A site of another origin than the server's: a real server, because Chromium keeps other pages from this machine's addresses. */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

interface SiteContent {
  /** The page at `/`. */
  html: string;
  headers: Record<string, string>;
  /** Further files. */
  folder?: string;
  /** Further answers, as JSON, by path. */
  json: Record<string, unknown>;
}

export class OtherOrigin {
  readonly #server: Server;
  readonly content: SiteContent = { html: "", headers: {}, json: {} };

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<OtherOrigin> {
    const server = createServer();
    const site = new OtherOrigin(server);
    server.on("request", ({ url = "/" }, response) => {
      const { html, headers, folder, json } = site.content;
      const { pathname } = new URL(url, site.origin);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (pathname in json)
        return response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify(json[pathname]));
      if (pathname === "/" && html)
        return response.setHeader("content-type", "text/html").end(html);
      const file = join(folder ?? "/none", pathname === "/" ? "index.html" : pathname);
      if (!existsSync(file))
        return response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
      response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
      return response.end(readFileSync(file));
    });
    await once(server.listen(0, "localhost"), "listening");
    return site;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
