/**
 * The Worker gets a tenth of a processor: newcomers must be refused with a time to come back, a client that was there must
 * be admitted again, and those that talk must lose nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { arrivals, faultsOf } from "./audio.ts";
import { LoadServer, speakAll, until } from "./server.ts";
import { faultsIn, type Verdict } from "./verdict.ts";

/** How long the process is stopped, again and again, and how long it runs in between. */
const [stoppedMs, runningMs] = [1_000, 100];
const overloadMs = 6_000;
const reliefMs = 6_000;
const answerMs = 20_000;

export async function overload(conversations: number): Promise<Verdict> {
  const server = await LoadServer.start("echo");
  try {
    const [returning, ...talkers] = await server.connect(conversations + 1);
    const speech = speakAll(talkers);
    const slow = slowDown(server.pid);
    await sleep(overloadMs);
    const refusal = await server.firstFrame("newcomer1");
    returning?.drop();
    const isBack = await until(() => returning?.greetings === 2, answerMs);
    slow.stop();
    await sleep(reliefMs);
    const greeting = await server.firstFrame("newcomer2");
    speech.stop();
    const figures = await arrivals(server.model, talkers, speech.done);
    const retryAfterS = refusal.type === "error" ? refusal.retryAfterS : undefined;
    return {
      part: `overload, ${conversations} conversations`,
      figures: { "refused for": `${retryAfterS} s`, ...figures },
      faults: [
        ...faultsIn({
          "a newcomer was admitted": refusal.type === "error" && refusal.code === "OVERLOADED",
          "a refusal names no time": retryAfterS !== undefined,
          "a client that was there was not admitted": isBack,
          "a newcomer was refused afterwards": greeting.type === "hello",
        }),
        ...faultsOf(figures),
      ],
    };
  } finally {
    await server.stop();
  }
}

function slowDown(pid: number): { stop(): void } {
  const stop = (): boolean => process.kill(pid, "SIGSTOP");
  const run = (): boolean => process.kill(pid, "SIGCONT");
  stop();
  let wake = setTimeout(run, stoppedMs);
  const turns = setInterval(() => {
    stop();
    wake = setTimeout(run, stoppedMs);
  }, stoppedMs + runningMs);
  return {
    stop() {
      clearInterval(turns);
      clearTimeout(wake);
      run();
    },
  };
}
