/** Calls `step` with 0, 1, 2, … once each `stepMs`, without drift: after a delay it catches up. */
export function pace(stepMs: number, step: (count: number) => void): Pace {
  const begun = performance.now();
  let done = 0;
  let stopped = false;
  const tick = (): void => {
    if (stopped) return;
    const due = Math.floor((performance.now() - begun) / stepMs);
    while (done < due) step(done++);
    setTimeout(tick, 1);
  };
  tick();
  return {
    get done() {
      return done;
    },
    stop: () => (stopped = true),
  };
}

export interface Pace {
  /** How many steps were made. */
  readonly done: number;
  stop(): void;
}
