/** The place of a talk, put together from the parts of the conversation around it. */
import type { Approvals } from "../agent/approvals.ts";
import type { Config } from "../config.ts";
import { errorEvent } from "../core/adk/event.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import type { EventLog } from "../store/event-log.ts";
import type { AlarmSchedule } from "../store/alarm-schedule.ts";
import type { Fetch } from "../upstream/endpoint.ts";
import type { Aside, Asking } from "./client-errors.ts";
import type { Clock } from "./clock.ts";
import type { Dossier } from "./session-store.ts";
import type { Guests } from "./live-clients.ts";
import type { Lifetime } from "./retention.ts";
import type { Place } from "./place.ts";
import type { Recorder } from "./audio-recorder.ts";
import { Removal } from "./migration.ts";
import type { Room } from "./presence.ts";
import type { Runs } from "./runs.ts";
import type { Talk } from "./engine.ts";
import type { Telling } from "./broadcaster.ts";
import type { Turnstile } from "./input-limits.ts";

export interface Site {
  readonly object: DurableObjectState;
  readonly env: Env;
  readonly log: EventLog;
  readonly artifacts: ArtifactStore;
  readonly dossier: Dossier;
  readonly approvals: Approvals;
  readonly wakeups: AlarmSchedule;
  readonly clock: Clock;
  readonly telling: Telling;
  readonly room: Room;
  readonly turnstile: Turnstile;
  readonly lifetime: Lifetime;
  readonly runs: Runs;
  readonly guests: Guests;
  readonly recorder: Recorder;
  readonly aside: Aside;
  readonly fetch: Fetch;
  readonly settings: () => Config;
  readonly talk: () => Talk<Asking>;
}

export function placeAt(site: Site): Place<Asking> {
  const { telling, room, guests, dossier, aside, log, artifacts } = site;
  const removal = new Removal(site.object, site.env, {
    log,
    artifacts,
    state: () => dossier.estate,
    exists: () => dossier.exists,
    moved: () => room.end(1012, "This conversation has moved. Connect again.", true),
    stayed: (problem) => site.talk().journal.tell(errorEvent(problem)),
  });
  return {
    storage: site.object.storage,
    env: site.env,
    log,
    dossier,
    approvals: site.approvals,
    wakeups: site.wakeups,
    clock: site.clock,
    fetch: site.fetch,
    moves: (problem) => removal.away(problem),
    endpoint: () => site.settings().upstream,
    broadcast: (event, overheard) => {
      telling.tell({ event, overheard });
      site.recorder.told(event);
      site.runs.hear(event);
    },
    overhear: (message, screened) => telling.overhear(message, screened),
    guests,
    typed: (event, from) => telling.typed({ event, from }),
    cut: () => room.cut(site.turnstile.speaking),
    mark: () => telling.mark(),
    kept: () => {
      telling.kept();
      dossier.touched();
      site.lifetime.stirred(Date.now());
    },
    refuse: ({ socket, text }, problem) => aside.refuse(socket, problem, text),
    blocked: (asking, problem) => aside.blocked(asking, problem),
  };
}
