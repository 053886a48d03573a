/** The next uncaught error, which then fails no test. */
export function nextUncaught(): Promise<unknown> {
  return new Promise((resolve) => {
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => {
      for (const listener of before) process.on("uncaughtException", listener);
      resolve(error);
    });
  });
}
