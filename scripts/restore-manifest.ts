/** `postpack`: gives the repository its own package.json back. */
import { join } from "node:path";
import { restoreManifest } from "./pack/manifest.ts";

restoreManifest(join(import.meta.dirname, ".."));
