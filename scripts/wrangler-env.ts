/** What keeps wrangler and its local runtime off the network, and quick. */
export const quiet: Record<string, string> = {
  // Otherwise it asks Cloudflare's network for the metadata of a request.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  // Local tracing writes every event of a hibernating socket to disk: 3 to 5 times the CPU.
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
};
