/**
 * `npm run bench:load`: the built Worker in workerd, with 150 conversations on one core.
 *
 *     npm run bench:load                     all parts but `emulator`
 *     npm run bench:load -- audio crash       some of them
 *     npm run bench:load -- emulator         fifty spoken sessions on the emulator
 *
 * Each part prints its verdict. The exit code is 1 if one has failed.
 */
import { parseArgs } from "node:util";
import { crash } from "./load/crash.ts";
import { measureEmulator } from "./load/emulated.ts";
import { outage } from "./load/outage.ts";
import { overload } from "./load/overload.ts";
import { exchangeAudio } from "./load/audio.ts";
import { vanish } from "./load/vanish.ts";
import { verdictLine, type Verdict } from "./load/verdict.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    conversations: { type: "string", default: "150" },
    seconds: { type: "string", default: "60" },
  },
});
const [conversations, seconds] = [Number(values.conversations), Number(values.seconds)];

const parts: Record<string, () => Promise<Verdict>> = {
  audio: () => exchangeAudio(conversations, seconds),
  vanish: () => vanish(conversations, Math.ceil(conversations / 5)),
  outage: () => outage(Math.ceil(conversations / 3)),
  overload: () => overload(Math.ceil(conversations / 10)),
  crash: () => crash(Math.ceil(conversations / 10)),
};

const names = positionals.length > 0 ? positionals : Object.keys(parts);
const unknown = names.find((name) => name !== "emulator" && !parts[name]);
if (unknown !== undefined || !(conversations > 0) || !(seconds > 0)) {
  console.error(
    unknown === undefined
      ? "bench:load: --conversations and --seconds are numbers above 0."
      : `bench:load: there is no part "${unknown}". There are: ${Object.keys(parts).join(", ")}, emulator.`,
  );
  process.exit(2);
}

let hasFailed = false;
for (const name of names) {
  if (name === "emulator") await measureEmulator();
  const verdict = await parts[name]?.();
  if (!verdict) continue;
  console.log(verdictLine(verdict));
  hasFailed ||= verdict.faults.length > 0;
}
process.exit(hasFailed ? 1 : 0);
