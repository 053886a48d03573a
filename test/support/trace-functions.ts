/** A Vite plugin that makes every function of src count its calls, so that a test can list the functions a frame runs. */
import { createInstrumenter } from "istanbul-lib-instrument";
import type { Plugin } from "vite";

/** The global variable with the counters. */
const counters = "__functionCalls__";

export function traceFunctions(root: string): Plugin {
  const instrumenter = createInstrumenter({ esModules: true, coverageVariable: counters });
  return {
    name: "trace-functions",
    enforce: "post",
    transform(code, id) {
      if (!id.startsWith(`${root}/src/`)) return undefined;
      return { code: instrumenter.instrumentSync(code, id.slice(root.length + 1)), map: null };
    },
  };
}
