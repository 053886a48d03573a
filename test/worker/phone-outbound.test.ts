import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { sign as signToken } from "hono/jwt";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { tickMs } from "../../src/core/lateness.ts";
import { isolateOverload, Overload } from "../../src/core/policy/overload.ts";
import app from "../../src/index.ts";
import { connectNative } from "./native.ts";
import { connect, publicUrl, reopen, sign, until } from "./phone.ts";
import { watching } from "./secret-watch.ts";
import { FakeUpstreams, setOverload, setUpstream } from "./upstreams.ts";

const secret = "a-secret-of-sixteen";
const settings = {
  AUTH_SECRET: secret,
  TWILIO_ACCOUNT_SID: "AC1",
  PHONE_NUMBER: "+14155550199",
  CALLS_ALLOWED_TO: "+1415555*, +4930123456",
  TWILIO_API_URL: "http://twilio.test",
};

interface Options {
  readonly claims?: Record<string, unknown>;
  readonly without?: string;
  readonly more?: Record<string, string>;
}

async function placeCall(body: unknown, { claims = {}, without = "", more = {} }: Options = {}) {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const token = await signToken({ exp, role: "operator", ...claims }, secret);
  const request = new Request(`${publicUrl}/api/calls`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const response = await app.fetch(request, { ...env, ...settings, ...more, [without]: "" });
  const answer = await response.json<Record<string, unknown>>();
  // Twilio's status of a placed call has the same name.
  const retryAfter = response.headers.get("retry-after") ?? undefined;
  return { status: response.status, retryAfter, ...answer } as Record<string, unknown>;
}

let count = 0;

/** Twilio's REST API: answers each request for a call, and stores it. */
function fakeTwilio(status = 201, answer?: object) {
  const requests: { url: string; headers: Headers; form: URLSearchParams }[] = [];
  const calls: string[] = [];
  const play = watching(async (url: string, init: RequestInit) => {
    const form = init.body as URLSearchParams;
    requests.push({ url, headers: new Headers(init.headers), form });
    const sid = `CAout${++count}`;
    calls.push(sid);
    return Response.json(answer ?? { sid, status: "queued" }, { status });
  });
  vi.stubGlobal("fetch", play);
  return { requests, calls };
}

afterEach(() => vi.unstubAllGlobals());

/** Twilio's webhook: to the address that the server gave it. */
async function webhook(url: string, form: Record<string, string>) {
  const headers = { "x-twilio-signature": await sign(url, form) };
  return exports.default.fetch(url, {
    method: "POST",
    headers,
    body: new URLSearchParams(form).toString(),
  });
}

describe("[PHONE19] an operator's POST /api/calls places a call by Twilio's REST API", () => {
  it("sends number, addresses and events with the account's credentials, and answers with the conversation", async () => {
    const { requests, calls } = fakeTwilio();
    const placed = await placeCall({ to: "+14155550123", ringSeconds: 20 });
    expect(placed).toEqual({
      status: "queued",
      call: calls[0],
      agent: "assistant",
      user: "+14155550123",
      session: calls[0],
    });
    const [request] = requests;
    expect(request?.url).toBe("http://twilio.test/2010-04-01/Accounts/AC1/Calls.json");
    expect(atob(request?.headers.get("authorization")?.slice(6) ?? "")).toBe(
      "AC1:0123456789abcdef0123456789abcdef",
    );
    expect(Object.fromEntries(request?.form ?? [])).toMatchObject({
      To: "+14155550123",
      From: "+14155550199",
      Timeout: "20",
      Url: `${publicUrl}/twilio/voice?agent=assistant&outbound=1&user=%2B14155550123`,
      StatusCallback: `${publicUrl}/twilio/status?agent=assistant&outbound=1&user=%2B14155550123`,
    });
    expect(request?.form.getAll("StatusCallbackEvent")).toEqual([
      "initiated",
      "ringing",
      "answered",
      "completed",
    ]);
    expect(request?.form.get("MachineDetection")).toBeNull();
  });

  it("the answered call is a conversation like a caller's, under the names that the operator gave it", async () => {
    const { requests, calls } = fakeTwilio();
    await placeCall({ to: "+14155550123", user: "ann", session: "reminder-1" });
    vi.unstubAllGlobals();
    const models = new FakeUpstreams();
    setUpstream(JSON.stringify(["assistant", "ann", "reminder-1"]), models.answer);
    const { client: eve } = await connectNative("/ws/ann/reminder-1?agent=assistant");
    await eve.hello();
    const form = { CallSid: calls[0] ?? "", From: "+14155550199", To: "+14155550123" };
    const twiml = await (await webhook(requests[0]?.form.get("Url") ?? "", form)).text();
    const [, stream = ""] = /<Stream url="([^"]+)"/.exec(twiml) ?? [];
    const [, token = ""] = /name="token" value="([^"]+)"/.exec(twiml) ?? [];
    expect(stream).toBe("wss://voice.example.com/twilio/stream/assistant/ann/reminder-1");
    await reopen({ call: calls[0] ?? "" }, stream, token);
    await eve.next("presence", ({ change }) => change === "joined");
    // A stream that broke returns to the same conversation.
    const [, again = ""] = /<Redirect method="POST">([^<]+)</.exec(twiml) ?? [];
    const second = await (await webhook(again.replaceAll("&amp;", "&"), form)).text();
    expect(second).toContain("/twilio/stream/assistant/ann/reminder-1");
  });
});

describe("[PHONE20] no call is placed without credentials, an operator's token, an allowed number and a free place", () => {
  it.each(["TWILIO_ACCOUNT_SID", "PHONE_NUMBER", "AUTH_SECRET"])(
    "without %s the answer is 501, in words",
    async (without) => {
      const { requests } = fakeTwilio();
      const answer = await placeCall({ to: "+14155550123" }, { without });
      expect(answer).toMatchObject({ status: 501, code: "NOT_ENABLED" });
      expect(answer["message"]).toContain(without);
      expect(requests).toHaveLength(0);
    },
  );

  it.each([
    [401, { exp: 1 }],
    [403, { role: "speaker" }],
    [403, { role: undefined }],
    [401, { user: "bob" }],
    [401, { session: "another" }],
  ])("answers %d to a token with %j", async (status, claims) => {
    const { requests } = fakeTwilio();
    expect(await placeCall({ to: "+14155550123", user: "ann" }, { claims })).toMatchObject({
      status,
    });
    expect(requests).toHaveLength(0);
  });

  it.each([["+14165550123"], ["+49301234567"], ["+4930123"]])(
    "refuses %s, which no pattern allows",
    async (to) => {
      const { requests } = fakeTwilio();
      expect(await placeCall({ to })).toMatchObject({ status: 403, code: "NOT_ALLOWED" });
      expect(requests).toHaveLength(0);
    },
  );

  it("allows no number at all without CALLS_ALLOWED_TO", async () => {
    const refused = await placeCall({ to: "+14155550123" }, { without: "CALLS_ALLOWED_TO" });
    expect(refused).toMatchObject({ status: 403, code: "NOT_ALLOWED" });
  });

  it.each([
    ["", /JSON/],
    ["[]", /object/],
    [{}, /to/],
    [{ to: "911" }, /number such as/],
    [{ to: "+14155550123", url: "https://evil.example" }, /url/],
    [{ to: "+14155550123", user: "a/b" }, /user/],
    [{ to: "+14155550123", agent: "nobody-home" }, /nobody-home/],
  ])("refuses the body %j", async (body, reason) => {
    const { requests } = fakeTwilio();
    const answer = await placeCall(body);
    expect([400, 404]).toContain(Number(answer["status"]));
    expect(answer["message"]).toMatch(reason);
    expect(requests).toHaveLength(0);
  });

  it("places no more calls in a minute than CALLS_PER_MINUTE", async () => {
    const directory = env.DIRECTORY.getByName(JSON.stringify(["*", "*"]));
    await runInDurableObject(directory, (_, state) => state.storage.kv.delete("calls"));
    fakeTwilio();
    const more = { CALLS_PER_MINUTE: "2" };
    const answers: Record<string, unknown>[] = [];
    for (let n = 0; n < 3; n++) answers.push(await placeCall({ to: "+14155550123" }, { more }));
    expect(answers.map((answer) => answer["code"])).toEqual([
      undefined,
      undefined,
      "TOO_MANY_CALLS",
    ]);
    await runInDurableObject(directory, (_, state) =>
      state.storage.kv.put("calls", [Date.now() - 61_000, Date.now() - 61_000]),
    );
    expect(await placeCall({ to: "+14155550123" }, { more })).toHaveProperty("call");
  });

  it.each([
    [400, { code: 21211, message: "Invalid 'To' Phone Number" }, "CALL_REFUSED", /21211/],
    [401, { code: 20003, message: "Authenticate" }, "MISCONFIGURED", /TWILIO_ACCOUNT_SID/],
    [503, undefined, "CALL_REFUSED", /503/],
  ])("Twilio answers %d: %j", async (status, answer, code, reason) => {
    fakeTwilio(status, answer ?? {});
    const refused = await placeCall({ to: "+14155550123" });
    expect(refused["code"]).toBe(code);
    expect(refused["message"]).toMatch(reason);
  });

  it("says that Twilio cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new Error("connection refused")));
    expect(await placeCall({ to: "+14155550123" })).toMatchObject({
      status: 502,
      code: "UPSTREAM_UNREACHABLE",
    });
  });
});

describe("[LIMIT40] an overloaded server places no call", () => {
  const retryAfter = async (body: object) => {
    const { requests } = fakeTwilio();
    const answer = await placeCall(body);
    expect(requests).toHaveLength(0);
    expect(answer).toMatchObject({
      status: 503,
      code: "OVERLOADED",
      message: expect.stringMatching(/no newcomers. Try again in \d+ s\.$/),
    });
    return answer["retryAfter"];
  };
  const makeLate = (overload: Overload): void => {
    for (let at = Date.now() - 3_000; at < Date.now(); at += tickMs) overload.onTick(300, at);
  };

  it("by its own timers", async () => {
    onTestFinished(() => void vi.restoreAllMocks());
    const overload = new Overload();
    makeLate(overload);
    vi.spyOn(isolateOverload, "refusal").mockImplementation((...at) => overload.refusal(...at));
    expect(Number(await retryAfter({ to: "+14155550123" }))).toBeGreaterThanOrEqual(5);
  });

  it("by those of the conversation that the operator named", async () => {
    const overload = new Overload();
    makeLate(overload);
    setOverload(JSON.stringify(["assistant", "ann", "busy-1"]), overload);
    const body = { to: "+14155550123", user: "ann", session: "busy-1" };
    expect(Number(await retryAfter(body))).toBeGreaterThanOrEqual(5);
  });
});

describe("[PHONE21] the status callback publishes the progress of a call, for Twilio alone", () => {
  const address = (session: string) =>
    `${publicUrl}/twilio/status?agent=assistant&outbound=1&session=${session}&user=ann`;
  const calls = async (session: string) => {
    const name = JSON.stringify(["assistant", "ann", session]);
    const remote = env.CONVERSATION.getByName(name);
    return runInDurableObject(remote, (conversation) =>
      conversation.transcript().events.map(({ customMetadata }) => customMetadata?.["call"]),
    );
  };

  it("initiated, ringing, in-progress and completed are events of the log", async () => {
    const session = `status-${++count}`;
    for (const CallStatus of ["initiated", "ringing", "in-progress"])
      expect((await webhook(address(session), { CallSid: "CA9", CallStatus })).status).toBe(204);
    const last = { CallSid: "CA9", CallStatus: "completed", CallDuration: "42" };
    await webhook(address(session), last);
    expect(await calls(session)).toEqual([
      { status: "initiated", id: "CA9" },
      { status: "ringing", id: "CA9" },
      { status: "answered", id: "CA9" },
      { status: "completed", id: "CA9", seconds: 42 },
    ]);
  });

  it.each([
    ["busy", "busy"],
    ["no-answer", "no answer"],
    ["failed", "failed"],
    ["canceled", "cancelled"],
  ])("%s", async (CallStatus, status) => {
    const session = `status-${++count}`;
    await webhook(address(session), { CallSid: "CA9", CallStatus });
    expect(await calls(session)).toEqual([{ status, id: "CA9" }]);
  });

  it("refuses a request without Twilio's signature, and ignores unknown states", async () => {
    const session = `status-${++count}`;
    const form = { CallSid: "CA9", CallStatus: "completed" };
    for (const signature of ["", "AAAA", await sign(address(session))]) {
      const headers = { "x-twilio-signature": signature };
      const body = new URLSearchParams(form).toString();
      const response = await exports.default.fetch(address(session), {
        method: "POST",
        headers,
        body,
      });
      expect(response.status).toBe(403);
    }
    expect((await webhook(address(session), { ...form, CallStatus: "new" })).status).toBe(204);
    expect(await calls(session)).toEqual([]);
  });
});

describe("[PHONE22] an answering machine ends the call, or the agent is told, as the request says", () => {
  async function answeredByMachine(onMachine: "hangUp" | "tell") {
    const { requests, calls } = fakeTwilio();
    await placeCall({ to: "+14155550123", user: "ann", onMachine });
    vi.unstubAllGlobals();
    expect(requests[0]?.form.get("MachineDetection")).toBe("Enable");
    const call = calls[0] ?? "";
    const models = new FakeUpstreams();
    setUpstream(JSON.stringify(["assistant", "ann", call]), models.answer);
    const form = { CallSid: call, To: "+14155550123", AnsweredBy: "machine_start" };
    const twiml = await (await webhook(requests[0]?.form.get("Url") ?? "", form)).text();
    return { twiml, call, models };
  }

  it("hangs up", async () => {
    expect((await answeredByMachine("hangUp")).twiml).toContain("<Response><Hangup/></Response>");
  });

  it("tells the agent", async () => {
    const { twiml, call, models } = await answeredByMachine("tell");
    const [, stream = ""] = /<Stream url="([^"]+)"/.exec(twiml) ?? [];
    const [, token = ""] = /name="token" value="([^"]+)"/.exec(twiml) ?? [];
    await reopen({ call }, stream, token);
    await until(() => (models.all[0]?.received.length ?? 0) > 0);
    await models.all[0]?.send({ setupComplete: {} });
    await until(() => (models.all[0]?.received.length ?? 0) > 1);
    expect(JSON.stringify(models.all[0]?.received)).toContain("A machine has answered the call");
    expect((await connect(stream, "AAAA")).status).toBe(403);
  });
});
