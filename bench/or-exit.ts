/** Reads the options of a script. A mistake in them ends it, with one sentence in place of a stack. */
export function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
