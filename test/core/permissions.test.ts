import { describe, expect, it } from "vitest";
import type { ClientRequest } from "../../src/core/client-request.ts";
import { permissionError, receivesAudio } from "../../src/core/policy/permissions.ts";
import { mayTakeRole, roles, type Role } from "../../src/wire/parley-v1.ts";

const requests: Record<ClientRequest["type"], ClientRequest> = {
  text: { type: "text", text: "hi" },
  audio: { type: "audio", pcm: new Uint8Array(2), rate: 16_000 },
  image: { type: "image", data: "", mimeType: "image/png" },
  activityStart: { type: "activityStart" },
  activityEnd: { type: "activityEnd" },
  audioStreamEnd: { type: "audioStreamEnd" },
  draft: { type: "draft", text: "hi" },
  report: { type: "report", id: "1", name: "wait", response: {} },
  run: { type: "run", parts: [], streaming: false },
  content: { type: "content", turns: [], complete: true },
  toolResponse: { type: "toolResponse", responses: [] },
  contextUpdate: { type: "contextUpdate", update: {} },
  setup: { type: "setup", setup: {} },
  state: { type: "state", delta: {} },
  interrupt: { type: "interrupt" },
  mute: { type: "mute", on: true },
  approve: { type: "approve", id: "1", approved: true },
  remove: { type: "remove", who: "p2" },
  end: { type: "end" },
  hello: { type: "hello" },
  ack: { type: "ack", seq: 1 },
  token: { type: "token", token: "t" },
  played: { type: "played", seq: 1, ms: 1 },
  phone: { type: "phone", event: { kind: "stop" } },
  bye: { type: "bye" },
};

const allowed = (role: Role) =>
  Object.values(requests)
    .filter((request) => !permissionError(request, { id: "ann", role }))
    .map(({ type }) => type)
    .sort();

describe("[ROLE1] Operators may do everything", () => {
  it("allows each role its requests", () => {
    const quiet = ["ack", "bye", "hello", "phone", "played", "setup", "token"];
    expect(allowed("observer")).toEqual(quiet);
    expect(allowed("listener")).toEqual(quiet);
    expect(
      Object.keys(requests).filter((type) => !allowed("speaker").includes(type as never)),
    ).toEqual(["approve", "remove", "end"]);
    expect(allowed("operator")).toEqual(Object.keys(requests).sort());
  });

  it("refuses other requests with an error text", () => {
    expect(permissionError(requests.text, { id: "ann", role: "observer" })).toMatchObject({
      code: "NOT_ALLOWED",
      message:
        "You are here as an observer, and typing needs a speaker. Nothing was changed; the conversation goes on.",
    });
    expect(permissionError(requests.end, { id: "ann", role: "speaker" })?.message).toContain(
      "an operator",
    );
  });

  it("sends observers no audio", () => {
    expect(roles.filter((role) => receivesAudio({ role }))).toEqual([
      "operator",
      "speaker",
      "listener",
    ]);
  });
});

describe("[ROLE2] A client may lower its role, and must not raise it above the granted one", () => {
  it("allows only lower roles", () => {
    expect(roles.map((granted) => roles.filter((wished) => mayTakeRole(granted, wished)))).toEqual([
      ["operator", "speaker", "listener", "observer"],
      ["speaker", "listener", "observer"],
      ["listener", "observer"],
      ["observer"],
    ]);
  });
});

describe("[ROLE3] The relay must not forward the audio of a muted participant", () => {
  const ann = { id: "ann", role: "speaker" } as const;
  const unmute = { type: "mute", on: false } as const;

  it("refuses audio of a muted participant and accepts its text", () => {
    for (const muted of ["self", "operator"] as const) {
      expect(permissionError(requests.audio, { ...ann, muted })?.code).toBe("MUTED");
      expect(permissionError(requests.text, { ...ann, muted })).toBeUndefined();
    }
  });

  it("lets a participant lift its own mute, and only operators mute others", () => {
    expect(permissionError(unmute, { ...ann, muted: "self" })).toBeUndefined();
    expect(permissionError(unmute, { ...ann, muted: "operator" })?.code).toBe("MUTED");
    expect(permissionError({ ...unmute, who: "bob" }, ann)?.code).toBe("NOT_ALLOWED");
    expect(
      permissionError({ ...unmute, who: "bob" }, { ...ann, role: "operator" }),
    ).toBeUndefined();
  });
});
