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
  end: { type: "end" },
  hello: { type: "hello" },
  ack: { type: "ack", seq: 1 },
  played: { type: "played", seq: 1, ms: 1 },
  phone: { type: "phone", event: { kind: "stop" } },
  bye: { type: "bye" },
};

const allowed = (role: Role) =>
  Object.values(requests)
    .filter((request) => !permissionError(request, { id: "ann", role }))
    .map(({ type }) => type)
    .sort();

describe("[ROLE1] each role may do what it is for, and is told in words what it may not", () => {
  it("observers and listeners come, acknowledge and go; speakers speak; operators decide and end", () => {
    const quiet = ["ack", "bye", "hello", "phone", "played", "setup"];
    expect(allowed("observer")).toEqual(quiet);
    expect(allowed("listener")).toEqual(quiet);
    expect(
      Object.keys(requests).filter((type) => !allowed("speaker").includes(type as never)),
    ).toEqual(["approve", "end"]);
    expect(allowed("operator")).toEqual(Object.keys(requests).sort());
  });

  it("in words", () => {
    expect(permissionError(requests.text, { id: "ann", role: "observer" })).toMatchObject({
      code: "NOT_ALLOWED",
      message:
        "You are here as an observer, and typing needs a speaker. Nothing was changed; the conversation goes on.",
    });
    expect(permissionError(requests.end, { id: "ann", role: "speaker" })?.message).toContain(
      "an operator",
    );
  });

  it("observers get no sound", () => {
    expect(roles.filter((role) => receivesAudio({ role }))).toEqual([
      "operator",
      "speaker",
      "listener",
    ]);
  });
});

describe("[ROLE2] a role may be lowered, never raised", () => {
  it("from the highest to the lowest", () => {
    expect(roles.map((granted) => roles.filter((wished) => mayTakeRole(granted, wished)))).toEqual([
      ["operator", "speaker", "listener", "observer"],
      ["speaker", "listener", "observer"],
      ["listener", "observer"],
      ["observer"],
    ]);
  });
});

describe("[ROLE3] whoever is muted is not heard, and what an operator muted only an operator unmutes", () => {
  const ann = { id: "ann", role: "speaker" } as const;
  const unmute = { type: "mute", on: false } as const;

  it("their sound is refused, their words are not", () => {
    for (const muted of ["self", "operator"] as const) {
      expect(permissionError(requests.audio, { ...ann, muted })?.code).toBe("MUTED");
      expect(permissionError(requests.text, { ...ann, muted })).toBeUndefined();
    }
  });

  it("one's own mute may be lifted, an operator's not; others' microphones are an operator's", () => {
    expect(permissionError(unmute, { ...ann, muted: "self" })).toBeUndefined();
    expect(permissionError(unmute, { ...ann, muted: "operator" })?.code).toBe("MUTED");
    expect(permissionError({ ...unmute, who: "bob" }, ann)?.code).toBe("NOT_ALLOWED");
    expect(
      permissionError({ ...unmute, who: "bob" }, { ...ann, role: "operator" }),
    ).toBeUndefined();
  });
});
