/** Bundles the Worker as `wrangler deploy` does and fails if the bundle holds the emulator, its models or a package for Node. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { quiet } from "./wrangler-env.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-bundle-"));
try {
  execFileSync(
    process.execPath,
    [
      "node_modules/wrangler/bin/wrangler.js",
      "deploy",
      "--dry-run",
      "--outdir",
      folder,
      "--metafile",
    ],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...quiet } },
  );
  const { inputs } = JSON.parse(readFileSync(join(folder, "bundle-meta.json"), "utf8")) as {
    inputs: Record<string, unknown>;
  };
  const files = Object.keys(inputs);
  const forbidden = files.filter((file) =>
    /emulator|onnx|moonshine|flite|vad-web|@google\/genai|[\\/]ws[\\/]/.test(file),
  );
  if (!files.includes("src/conversation/conversation.ts"))
    throw new Error("the conversation is not in the bundle");
  if (forbidden.length > 0)
    throw new Error(`these files must not be in the Worker: ${forbidden.join(", ")}`);
  const gz = gzipSync(readFileSync(join(folder, "index.js"))).byteLength;
  console.log(
    `The Worker: ${files.length} files, ${Math.round(gz / 1024)} KiB gzipped, no file of the emulator.`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
