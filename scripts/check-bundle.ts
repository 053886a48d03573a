/** Bundles the Worker as a deploy would, and fails when anything of the emulator or its models is in it. */
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
  const strays = files.filter((file) =>
    /emulator|onnx|moonshine|flite|vad-web|@google\/genai|[\\/]ws[\\/]/.test(file),
  );
  if (!files.includes("src/conversation/conversation.ts"))
    throw new Error("the conversation is not in the bundle");
  if (strays.length > 0)
    throw new Error(`these do not belong into the Worker: ${strays.join(", ")}`);
  const gz = gzipSync(readFileSync(join(folder, "index.js"))).byteLength;
  console.log(
    `The Worker: ${files.length} files, ${Math.round(gz / 1024)} KiB gzipped, nothing of the emulator.`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
