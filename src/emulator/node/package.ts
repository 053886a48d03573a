/** The exports of the package `parley`; `scripts/pack/index.d.ts` has its types. */
export { startEmulator } from "./start.ts";
export { readScenario } from "../core/scenario.ts";
