/** Clients that vanish without closing, half of them while nothing is sent to them: the relay must close their connections and sessions, and lose no frame of others. */
import { setTimeout as sleep } from "node:timers/promises";
import { arrivals, faultsOf } from "./audio.ts";
import { LoadServer, speakAll, until } from "./server.ts";
import { faultsIn, type Verdict } from "./verdict.ts";

const beforeMs = 5_000;
export const goneMs = 60_000;
const underWayMs = 500;
/** What the server sent in time is read at once. */
const readMs = 2_000;

/** @param vanishing how many of the conversations. */
export async function vanish(conversations: number, vanishing: number): Promise<Verdict> {
  const server = await LoadServer.start("echo");
  try {
    const talkers = await server.connect(conversations);
    const [gone, staying] = [talkers.slice(0, vanishing), talkers.slice(vanishing)];
    // The others have a session, and wait for something to say.
    const talking = gone.slice(0, Math.ceil(vanishing / 2));
    const [leaving, speech] = [speakAll(talking), speakAll(staying)];
    await sleep(beforeMs);
    const at = performance.now();
    for (const talker of talking) talker.stopReading();
    // Answers to what is sent last are under way when the client vanishes.
    await sleep(underWayMs);
    for (const talker of gone) talker.vanish();
    leaving.stop();
    const sessions = gone.flatMap(({ conversation }) => server.model.sessionsOf(conversation));
    const areOver = await until(
      () => sessions.every(({ closedAt }) => closedAt !== undefined),
      goneMs,
    );
    const sessionS = Math.max(...sessions.map(({ closedAt = Infinity }) => closedAt - at)) / 1_000;
    // A client that reads sooner would show that it lives.
    await sleep(Math.max(0, at + goneMs - performance.now()));
    for (const talker of gone) talker.reappear();
    const areClosed = await until(() => gone.every(({ isClosed }) => isClosed), readMs);
    speech.stop();
    const figures = await arrivals(server.model, staying, speech.done);
    return {
      part: `vanish, ${vanishing} of ${conversations} clients, ${vanishing - talking.length} of them quiet`,
      figures: {
        "sessions over after": `${sessionS.toFixed(1)} s`,
        "sockets closed": gone.filter(({ isClosed }) => isClosed).length,
        ...figures,
      },
      faults: [
        ...faultsIn({
          "a session of a client that vanished goes on": areOver,
          "a socket of a client that vanished is open": areClosed,
        }),
        ...faultsOf(figures),
      ],
    };
  } finally {
    await server.stop();
  }
}
