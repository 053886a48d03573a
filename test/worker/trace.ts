/** The functions of src that run, in order. Only in the suite that instruments them (test/support/trace-functions.ts). */

interface FileCounters {
  /** Calls of each function, by its number. */
  f: Record<string, number>;
  readonly fnMap: Record<string, { readonly name: string }>;
}

interface FunctionCall {
  readonly file: string;
  readonly name: string;
}

/** Runs `work`. @returns the calls of functions of src meanwhile. */
export async function traceCalls(work: () => Promise<void>): Promise<FunctionCall[]> {
  const calls: FunctionCall[] = [];
  const { __functionCalls__: files } = globalThis as {
    readonly __functionCalls__?: Record<string, FileCounters>;
  };
  if (!files) throw new Error("This suite needs instrumented functions.");
  const untraced = Object.entries(files).map(([file, counters]) => {
    const { f, fnMap } = counters;
    counters.f = new Proxy(f, {
      set: (target, id, count) => {
        calls.push({ file, name: fnMap[String(id)]?.name ?? "" });
        return Reflect.set(target, id, count);
      },
    });
    return () => (counters.f = f);
  });
  try {
    await work();
  } finally {
    for (const restore of untraced) restore();
  }
  return calls;
}

/** The files of the calls, in the order of the first call in each. */
export const filesOf = (calls: readonly FunctionCall[]): string[] => [
  ...new Set(calls.map(({ file }) => file)),
];
