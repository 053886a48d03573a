/** Registers the service worker, which makes the page installable. Without one the page works as well. */

const script = "/service-worker.js";

interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): unknown;
  };
}

/** The page's policy allows script addresses of this policy alone, and the policy makes this one address. */
function scriptUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  const policy = trustedTypes?.createPolicy("parley-service-worker", {
    createScriptURL: () => script,
  });
  return (policy?.createScriptURL(script) ?? script) as string;
}

export function registerServiceWorker(): void {
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  // Undefined over http from another machine.
  if (!workers) return;
  addEventListener("load", () => {
    // Storage may be blocked: then the page is not installable, and says nothing about it.
    workers.register(scriptUrl()).catch(() => undefined);
  });
}
