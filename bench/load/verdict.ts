/** The result of a part of the load test. */
export interface Verdict {
  readonly part: string;
  readonly figures: Readonly<Record<string, number | string>>;
  /** Empty: the part has passed. */
  readonly faults: readonly string[];
}

/** @param passed the name of each fault, and whether it is absent. @returns those that are there. */
export const faultsIn = (passed: Readonly<Record<string, boolean>>): string[] =>
  Object.keys(passed).filter((fault) => !passed[fault]);

export function verdictLine({ part, figures, faults }: Verdict): string {
  const shown = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  const result = faults.length === 0 ? "passed" : `FAILED: ${faults.join("; ")}`;
  return `${part}: ${result} (${shown.join(", ")})`;
}
