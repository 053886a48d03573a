/**
 * Adds the package's worklets to an AudioContext: from files that the page hosts, or from their code in the package, as
 * a Blob. A Content-Security-Policy must allow either in `script-src`.
 */

/** The same for all calls of a page: the files are. */
let folder: URL | undefined;
/** The source that `script-src` must allow, once a worklet could not be loaded. */
let refused: string | undefined;

/** @param url of the folder with the worklets' files. Ignored by a server that renders the page. */
export function hostWorklets(url: string | URL): void {
  if ("document" in globalThis) folder = new URL(url, document.baseURI);
}

export const refusedWorkletSource = (): string | undefined => refused;

/** @throws a DOMException "WorkletError", whose message is the source that a policy must allow. */
export async function addWorklet(
  context: BaseAudioContext,
  name: "microphone" | "player",
): Promise<void> {
  const code = folder ? undefined : (await import("./worklet-sources.ts")).workletSources[name];
  const url =
    code === undefined
      ? new URL(`${name}-worklet.js`, folder ?? new URL("/assets/", document.baseURI)).href
      : URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
    refused = undefined;
  } catch {
    // Browsers do not say whether a policy refused it, or the network.
    refused = code === undefined ? new URL(url).origin : "blob:";
    throw new DOMException(refused, "WorkletError");
  } finally {
    if (code !== undefined) URL.revokeObjectURL(url);
  }
}
