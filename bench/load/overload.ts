/**
 * The Worker is stopped for a second, again and again, and runs in between for one and a half times the processor
 * time that its conversations need: newcomers must be refused with a time to come back, a client that was there must be admitted again,
 * and those that talk must lose nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { processTimeMs } from "../compare/process-usage.ts";
import { arrivals, faultsOf } from "./audio.ts";
import { LoadServer, speakAll, until } from "./server.ts";
import { faultsIn, type Verdict } from "./verdict.ts";

/** For so long the process is stopped each time. */
const stoppedMs = 1_000;
/** Of the processor time that the conversations need. With less, no relay could keep up. */
const headroom = 1.5;
/** So long they talk before the need is measured, and so long it is measured. */
const [warmUpMs, measuredMs] = [5_000, 3_000];
const overloadMs = 6_000;
const reliefMs = 6_000;
const answerMs = 20_000;

export async function overload(conversations: number): Promise<Verdict> {
  const server = await LoadServer.start("echo");
  try {
    const [returning, ...talkers] = await server.connect(conversations + 1);
    const speech = speakAll(talkers);
    await sleep(warmUpMs);
    const share = Math.min(0.5, headroom * (await processorShare(server.pid)));
    const slow = slowDown(server.pid, (stoppedMs * share) / (1 - share));
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
      figures: {
        "processor for the relay": `${Math.round(share * 100)} %`,
        "refused for": `${retryAfterS} s`,
        ...figures,
      },
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

/** The share of one processor that the process uses. */
async function processorShare(pid: number): Promise<number> {
  const [cpuMs, from] = [processTimeMs(pid), performance.now()];
  await sleep(measuredMs);
  return (processTimeMs(pid) - cpuMs) / (performance.now() - from);
}

/** @param runningMs how long the process runs each time. */
function slowDown(pid: number, runningMs: number): { stop(): void } {
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
