/** `node scripts/side-by-side.ts a b`: npm scripts side by side; fails when one of them does, after all have said what they have to. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const codes = await Promise.all(
  process.argv.slice(2).map(async (script) => {
    const child = spawn("npm", ["run", script], { stdio: "inherit", shell: true });
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  }),
);
process.exitCode = Math.max(...codes);
