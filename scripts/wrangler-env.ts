/** Settings that keep wrangler and its local runtime fast and off the network. */
export const quiet: Record<string, string> = {
  // Otherwise wrangler fetches request metadata from Cloudflare's network.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  // Local tracing writes every event of a hibernating socket to disk and costs 3 to 5 times the CPU.
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
};
