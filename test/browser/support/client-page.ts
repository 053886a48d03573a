/** An empty page with the client package alone, so that a test can use its whole interface. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "esbuild";
import type { Call, CallEvents, ConnectOptions } from "../../../packages/client/src/index.ts";
import type * as Client from "../../../packages/client/src/index.ts";
import type { FakeServer } from "./fake-server.ts";

const root = join(import.meta.dirname, "../../..");

/** What a test sets, and a page can be told. */
type ClientOptions = Pick<ConnectOptions, "turnTaking" | "detectorUrl" | "devices">;

/** What the page has: the call, and the values of some events so far. */
interface ClientWindow {
  call: Call;
  latency: CallEvents["latency"][];
  errors: CallEvents["error"][];
}

const html = `<!doctype html><meta charset="utf-8" /><link rel="icon" href="data:," /><button>Start</button>
<script type="module">
  import * as parley from "/client.js";
  window.parley = parley;
</script>`;

let bundle: Promise<string> | undefined;

async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "packages/client/src/index.ts")],
    tsconfig: join(root, "tsconfig.client.json"),
    bundle: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** Opens the page on the fake server's origin and connects. The devices are closed until `start`. */
export async function openClient(
  page: Page,
  { url, files }: Pick<FakeServer, "url" | "files">,
  options: ClientOptions = {},
): Promise<void> {
  bundle ??= bundleClient();
  files.set("/client.js", await bundle);
  files.set("/client.html", html);
  await page.goto(`${url}/client.html`);
  await page.waitForFunction(() => "parley" in window);
  await page.evaluate((options) => {
    const { connect } = (window as unknown as { parley: typeof Client }).parley;
    const call = connect({ user: "ann", session: "one", ...options });
    const own: ClientWindow = { call, latency: [], errors: [] };
    Object.assign(window, own);
    call.on("latency", (wait) => own.latency.push(wait));
    call.on("error", (error) => own.errors.push(error));
    document.querySelector("button")?.addEventListener("click", () => void call.start());
  }, options);
}

/** Opens the devices by a click, which is a user gesture. */
export async function start(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForFunction(() => {
    const { state } = (window as unknown as ClientWindow).call;
    return state.connection.status === "open" && ["on", "off"].includes(state.mic);
  });
}

/** Evaluates a function of the call within the page. */
export const inPage = <T>(page: Page, read: (client: ClientWindow) => T | Promise<T>): Promise<T> =>
  page.evaluate(`(${read.toString()})(window)`);
