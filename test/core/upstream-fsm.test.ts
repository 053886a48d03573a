import { describe, expect, it } from "vitest";
import {
  noFailures,
  parked,
  type UpstreamEvent,
  type UpstreamState,
} from "../../src/core/upstream/fsm-types.ts";
import {
  apply,
  clientJoined,
  deadline,
  events,
  generating,
  lastClientLeft,
  lost,
  message,
  now,
  play,
  received,
  rules,
  send,
  sendText,
  setupComplete,
  show,
  socketOpened,
  states,
  timer,
} from "./upstream-script.ts";

const shown = ({ upstream, effects }: ReturnType<typeof play>): string => show(upstream, effects);

describe("[LINK2] The relay must queue input until the session is ready and then send it in order", () => {
  const text = message("text");

  it("is sent in order once it is ready", () => {
    const second = message("audio");
    const { upstream, effects } = play(
      parked,
      [0, send(text)],
      [1, send(second)],
      [2, socketOpened],
      [3, setupComplete],
    );
    expect(upstream.state).toBe("open");
    expect(effects).toEqual([
      { type: "connect" },
      { type: "sendSetup", handle: undefined },
      { type: "sendHistory", resumed: false, unanswered: true },
      { type: "send", message: text },
      { type: "send", message: second },
    ]);
  });

  it("is sent once by the second connection when the first fails", () => {
    const { effects } = play(
      parked,
      [0, send(text)],
      [1, lost("1011 Internal error encountered.")],
      [251, timer],
      [252, socketOpened],
      [253, setupComplete],
    );
    expect(effects.filter(({ type }) => type === "send")).toEqual([
      { type: "send", message: text },
    ]);
  });
});

describe("[LINK3] The pending queue must be bounded", () => {
  it("drops the oldest audio, never text", () => {
    const { upstream } = play(
      parked,
      ...(["text", "audio", "audio", "text", "text", "text"] as const).map(
        (kind, at) => [at, send(message(kind))] as const,
      ),
    );
    expect(upstream).toMatchObject({
      state: "connecting",
      pending: { messages: Array.from({ length: 4 }, () => ({ kind: "text" })) },
    });
  });

  it("rejects text that has no room, and reports that to its sender", () => {
    const { upstream, effects } = play(
      parked,
      ...Array.from({ length: 5 }, (_, at) => [at, sendText] as const),
    );
    expect(effects.at(-1)).toMatchObject({ type: "rejectRequest", error: { code: "BUFFER_FULL" } });
    expect(upstream).toMatchObject({ state: "connecting", pending: { bytes: 400 } });
  });
});

describe("[LINK4] A connection attempt must time out after ten seconds, measured from its start to `setupComplete`", () => {
  it("counts as lost after it", () => {
    const { upstream, did } = play(
      parked,
      [0, clientJoined],
      [9_999, timer],
      [10_000, timer],
      [10_250, timer],
    );
    expect(did).toEqual(["connect", "closeSocket", "connect"]);
    expect(upstream).toMatchObject({ state: "connecting", deadline: 20_250 });
  });

  it("reports the next deadline of each state", () => {
    expect(deadline(play(states.parked))).toBeUndefined();
    expect(deadline(play(states.connecting))).toBe(now);
    expect(deadline(play({ ...states.connecting, parkAt: 5 }))).toBe(5);
    expect(deadline(play({ ...states.backoff, retryAt: 6 }))).toBe(6);
    expect(deadline(play({ ...states.open, parkAt: 7 }))).toBe(7);
    expect(deadline(play({ ...states.draining, deadline: 8 }))).toBe(8);
    expect(deadline(play(states.open))).toBe(now + rules.idleTimeoutMs);
  });
});

describe("[LINK19] a failed attempt is reported as a model that could not be reached, a lost session as a loss", () => {
  const failures = { ...noFailures, retries: 1 };
  const reported = (state: UpstreamState, event: UpstreamEvent): unknown[] =>
    play(state, [now, event]).effects.flatMap((effect) =>
      effect.type === "publishError" ? [effect.error.message] : [],
    );

  it.each([
    ["no server listens", lost("Network connection lost.")],
    ["the upgrade is refused", lost("HTTP 503 unavailable")],
    ["no access token comes", lost("service account unreachable: gone")],
    ["the socket closes before the session", lost("1011 Internal error")],
    ["an error precedes the session", received({ error: { code: 500, message: "Internal." } })],
    ["no answer in time", timer],
  ])("%s", (_, event) => {
    expect(reported({ ...states.connecting, failures, deadline: now }, event)).toEqual([
      expect.stringMatching(/could not be reached/),
    ]);
  });

  it("a lost session", () => {
    expect(reported({ ...states.open, openedAt: now, failures }, lost("1006"))).toEqual([
      expect.stringMatching(/was lost/),
    ]);
  });
});

describe("[LINK5] After a loss the relay must reconnect up to eight times, after 250 ms and then twice as long each time up to 5 s", () => {
  /** The delay before each retry, and all effects. */
  function losing(jitter: number, times: number) {
    let upstream: UpstreamState = { ...states.connecting, deadline: Number.POSITIVE_INFINITY };
    let at = 0;
    const delays: number[] = [];
    const did: string[] = [];
    const { turn } = play(upstream);
    for (let n = 0; n < times; n++) {
      const next = apply({ upstream, turn }, lost("1006"), at, { ...rules, jitter });
      did.push(...next.effects.map(({ type }) => type));
      ({ upstream } = next);
      if (upstream.state !== "backoff") break;
      delays.push(Math.round(upstream.retryAt - at));
      ({ upstream } = apply({ upstream, turn }, timer, (at = upstream.retryAt)));
    }
    return { upstream, delays, did };
  }

  it("doubles from 250 ms up to 5 s, eight times, and publishes the second loss", () => {
    const { upstream, delays, did } = losing(0.5, 9);
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(upstream).toMatchObject({ state: "ended", error: { code: "UPSTREAM_UNREACHABLE" } });
    expect(did).toEqual(["publishError", "publishError"]);
  });

  it("varies by a fifth at random", () => {
    expect(losing(0, 2).delays).toEqual([200, 400]);
    expect(losing(1, 2).delays).toEqual([300, 600]);
  });

  it("restores the budget when the connection was stable, not at the handshake", () => {
    const open = { ...states.open, openedAt: 0, failures: { ...noFailures, retries: 7 } };
    expect(play(open, [rules.stableMs - 1, lost("1006")]).upstream).toMatchObject({
      failures: { retries: 8 },
    });
    expect(play(open, [rules.stableMs, lost("1006")]).upstream).toMatchObject({
      failures: { retries: 1 },
    });
  });
});

describe("[LINK6] The relay must not retry after a failure that a retry cannot help (key, model, quota, location)", () => {
  it.each([
    ["1007 API key not valid. Please pass a valid API key.", "UPSTREAM_UNAUTHENTICATED"],
    ["1008 models/x is not found for API version v1beta, or is not supported", "MODEL_NOT_FOUND"],
    ["1011 You exceeded your current quota, please check your plan", "QUOTA_EXCEEDED"],
    ["1007 User location is not supported for the API use.", "LOCATION_REFUSED"],
  ])("%s", (reason, code) => {
    const { upstream, effects } = play(states.connecting, [now, lost(reason)]);
    expect(upstream.state).toBe("ended");
    expect(effects).toMatchObject([{ type: "publishError", error: { code } }]);
  });

  it("never passes on the service's own text, which might hold a secret", () => {
    const reason = "1007 API key not valid: AKEYTHATMUSTNOTLEAK";
    const { effects } = play(states.connecting, [now, lost(reason)]);
    expect(JSON.stringify(effects)).not.toContain("AKEYTHATMUSTNOTLEAK");
  });

  it("handles an error in-band like a close, and closes the socket", () => {
    const error = received({ error: { code: 429, message: "Resource exhausted: quota" } });
    const open = { upstream: states.open, turn: generating };
    expect(shown(play(open, [now, error]))).toBe("ended: closeSocket, interruptTurn, publishError");
    expect(shown(play(states.connecting, [now, error]))).toBe("ended: closeSocket, publishError");
  });

  it("reports queued text as not delivered", () => {
    const { effects } = play(parked, [0, sendText], [1, lost("1007 API key not valid.")]);
    expect(effects.at(-1)).toMatchObject({
      error: { message: expect.stringContaining("One typed message did not reach") },
    });
  });
});

describe("[LINK7] After the end of the upstream connection, the relay must not connect for ten seconds", () => {
  it("does not connect until the cooldown is over", () => {
    expect(shown(play(states.ended, [now - 1, clientJoined]))).toBe("ended: rejectRequest");
    expect(shown(play(states.ended, [now - 1, events.send]))).toBe("ended: rejectRequest");
    expect(shown(play(states.ended, [now, clientJoined]))).toBe("connecting: connect");
  });
});

describe("[LINK8] When the last client leaves, the relay must keep the upstream connection open for five seconds", () => {
  it("stays as it was for a client that joins in time", () => {
    const { upstream, did } = play(
      states.open,
      [0, lastClientLeft],
      [4_999, timer],
      [4_999, clientJoined],
      [60_000, timer],
    );
    expect(did).toEqual([]);
    expect(upstream.state).toBe("open");
  });

  it.each([
    ["open", ["interruptTurn", "closeSocket"]],
    ["draining", ["interruptTurn", "closeSocket"]],
    ["connecting", ["closeSocket"]],
    ["backoff", []],
  ] as const)("parks from %s", (state, expected) => {
    const far = { deadline: now * 2, retryAt: now * 2 };
    const start = { upstream: { ...states[state], ...far } as UpstreamState, turn: generating };
    const { upstream, did } = play(start, [now - 6_000, lastClientLeft], [now - 1_000, timer]);
    expect(did).toEqual(expected);
    expect(upstream).toMatchObject({ state: "parked", handle: undefined });
  });
});

describe("[LINK10] The relay must deliver queued typed text even if its sender has left", () => {
  it("goes on connecting, and lingers from the moment the session is ready", () => {
    const { upstream, did } = play(
      parked,
      [0, sendText],
      [1, lastClientLeft],
      [6_000, timer],
      [7_000, socketOpened],
      [7_001, setupComplete],
    );
    expect(did).toEqual(["connect", "sendSetup", "sendHistory", "send"]);
    expect(upstream).toMatchObject({ state: "open", parkAt: 12_001 });
  });
});
