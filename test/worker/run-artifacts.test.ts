import { describe, expect, it, vi } from "vitest";
import { ArtifactStore, remoteArtifacts, type ArtifactStub } from "../../src/store/artifacts.ts";
import { silence, tone } from "../support/scripted.ts";
import { connect } from "./client.ts";
import { until } from "./emulated.ts";
import { rest, sessionsPath } from "./rest.ts";
import { session } from "./run.ts";

const get = async (path: string) => {
  const { status, body } = await rest("GET", path);
  return status === 200 ? (body as unknown) : { status, ...body };
};

describe("[RUN32] each call of another object's artifact store disposes the stub that it opened", () => {
  const methods = ["save", "names", "versions", "versionNumbers", "load", "remove"] as const;

  it.each(methods)("%s, once it has answered, and if it fails", async (method) => {
    const steps: string[] = [];
    const open = async (outcome: () => unknown): Promise<ArtifactStub> => {
      const call = async () => {
        steps.push("called");
        return outcome();
      };
      const stub = { [method]: call, [Symbol.dispose]: () => steps.push("disposed") };
      return stub as unknown as ArtifactStub;
    };
    const call = (outcome: () => unknown) =>
      Reflect.apply(remoteArtifacts(() => open(outcome))[method], undefined, ["a"]);
    expect(await call(() => "result")).toBe("result");
    expect(steps).toEqual(["called", "disposed"]);
    await expect(
      call(() => {
        throw new Error("broken");
      }),
    ).rejects.toThrow("broken");
    expect(steps).toEqual(["called", "disposed", "called", "disposed"]);
  });
});

describe("[RUN14] artifacts are kept in versions: a session's with the session, `user:` ones with the user", () => {
  it("with ADK's routes", async () => {
    const { user, id } = await session();
    const base = `${sessionsPath(user)}/${id}/artifacts`;
    const png = { mime_type: "image/png", data: "-_8=" };
    const first = await rest("POST", base, {
      filename: "a/b c.png",
      artifact: { inline_data: png },
    });
    expect(first.body).toEqual({
      version: 0,
      canonicalUri: `parley://apps/assistant/users/${user}/sessions/${id}/artifacts/a/b c.png/versions/0`,
      customMetadata: {},
      createTime: expect.closeTo(Date.now() / 1000, -2),
      mimeType: "image/png",
    });
    await rest("POST", base, {
      filename: "a/b c.png",
      artifact: { text: "two" },
      customMetadata: { n: 1 },
    });
    await rest("POST", base, { filename: "user:me.txt", artifact: { text: "Rae" } });
    expect(await get(base)).toEqual(["a/b c.png", "user:me.txt"]);
    const name = `${base}/a/b%20c.png`;
    expect(await get(name)).toEqual({ text: "two" });
    const picture = { inlineData: { mimeType: "image/png", data: "-_8=" } };
    expect(await get(`${name}?version=0`)).toEqual(picture);
    expect(await get(`${name}/versions`)).toEqual([0, 1]);
    expect(await get(`${name}/versions/0`)).toEqual(picture);
    expect(await get(`${name}/versions/latest`)).toEqual({ text: "two" });
    expect(await get(`${name}/versions/metadata`)).toMatchObject([{ version: 0 }, { version: 1 }]);
    expect(await get(`${name}/versions/latest/metadata`)).toMatchObject({
      version: 1,
      customMetadata: { n: 1 },
      mimeType: "text/plain",
    });
    const other = await session();
    expect(await get(`${sessionsPath(user)}/${other.id}/artifacts`)).toEqual(["user:me.txt"]);
    expect((await rest("DELETE", name)).body).toBe(null);
    expect(await get(base)).toEqual(["user:me.txt"]);
    await rest("DELETE", `${base}/user:me.txt`);
    expect(await get(base)).toEqual([]);
  });

  it.each([
    ["GET", "/none", undefined, 404, "Artifact not found"],
    ["GET", "/none/versions/2", undefined, 404, "Artifact not found"],
    ["GET", "/none/versions/2/metadata", undefined, 404, "Artifact version not found"],
    ["GET", "/none/versions/x", undefined, 422, "Invalid version ID"],
    ["POST", "", { filename: "a", artifact: {} }, 400, expect.any(String)],
    [
      "POST",
      "",
      { filename: "a", artifact: { inlineData: { data: "%" } } },
      400,
      expect.any(String),
    ],
    ["POST", "", { artifact: { text: "" } }, 422, expect.any(Array)],
  ])("%s %s %j → %i", async (method, path, body, status, detail) => {
    const { user, id } = await session();
    const answer = await rest(method, `${sessionsPath(user)}/${id}/artifacts${path}`, body);
    expect(answer).toEqual({ status, body: { detail } });
  });

  it("returns a large one whole; refuses one of a session that never existed, and stores nothing", async () => {
    const { user, id } = await session();
    const data = new Uint8Array(2_500_000).fill(7).toBase64({ alphabet: "base64url" });
    const large = { filename: "large", artifact: { inlineData: { mimeType: "x/y", data } } };
    await rest("POST", `${sessionsPath(user)}/${id}/artifacts`, large);
    expect(await get(`${sessionsPath(user)}/${id}/artifacts/large`)).toEqual({
      inlineData: { mimeType: "x/y", data },
    });
    const never = `${sessionsPath(user)}/never/artifacts`;
    expect((await rest("POST", never, { filename: "a", artifact: { text: "a" } })).status).toBe(
      404,
    );
    expect(await get(never)).toEqual([]);
  });

  it("deletes them with their session", async () => {
    const { user, id } = await session();
    const base = `${sessionsPath(user)}/${id}`;
    await rest("POST", `${base}/artifacts`, { filename: "a", artifact: { text: "a" } });
    await rest("DELETE", base);
    expect(await get(`${base}/artifacts`)).toEqual([]);
  });
});

describe("[RUN21] DELETE must delete an artifact with all versions, and must refuse one version", () => {
  it.each([
    "/notes/versions/0",
    "/notes/versions/latest",
    "/notes/versions",
    "/notes/versions/0/metadata",
    "",
  ])("DELETE %s → 405, and every version stays", async (path) => {
    const { user, id } = await session();
    const base = `${sessionsPath(user)}/${id}/artifacts`;
    for (const text of ["one", "two"])
      await rest("POST", base, { filename: "notes", artifact: { text } });
    expect(await rest("DELETE", base + path)).toEqual({
      status: 405,
      body: { detail: "Method Not Allowed" },
    });
    expect(await get(`${base}/notes/versions`)).toEqual([0, 1]);
  });

  it("an artifact that is deleted as it is read is not found", async () => {
    const { user, id } = await session();
    const base = `${sessionsPath(user)}/${id}/artifacts`;
    await rest("POST", base, { filename: "notes", artifact: { text: "one" } });
    const deleted = vi.spyOn(ArtifactStore.prototype, "chunk").mockReturnValueOnce(undefined);
    expect(await get(`${base}/notes`)).toEqual({ status: 404, detail: "Artifact not found" });
    deleted.mockRestore();
    expect(await get(`${base}/notes`)).toEqual({ text: "one" });
  });

  it.each(["x", "", "-1", "1.5"])("GET ?version=%s → 422", async (version) => {
    const { user, id } = await session();
    const path = `${sessionsPath(user)}/${id}/artifacts/notes?version=${version}`;
    expect(await get(path)).toEqual({ status: 422, detail: "Invalid version ID" });
  });
});

describe("[RUN22] artifacts are stored and read at every valid address", () => {
  it.each([
    ["artifacts", "ann", "artifacts"],
    ["artifacts", "artifacts", "artifacts"],
    ["versions", "artifacts", "versions"],
    ["s", "u", "artifacts/artifacts/a"],
    ["s", "u", "my_report final.pdf"],
    ["s", "u", "user:artifacts/a"],
    ["s", "u", "a..b/.c/d."],
    ["s", "u", "versions"],
    ["s", "u", "versions/0"],
    ["s", "u", "user:versions/latest"],
    ["s", "u", "a/versions/0/metadata/b"],
    ["s", "u", "a/versions1"],
  ])("session %s of %s, artifact %s", async (sessionId, user, filename) => {
    await rest("POST", sessionsPath(user), { sessionId });
    const base = `${sessionsPath(user)}/${sessionId}`;
    await rest("POST", `${base}/artifacts`, { filename, artifact: { text: "one" } });
    const path = `${base}/artifacts/${filename.split("/").map(encodeURIComponent).join("/")}`;
    expect(await get(path)).toEqual({ text: "one" });
    expect(await get(`${path}/versions`)).toEqual([0]);
    expect(await get(base)).toMatchObject({ id: sessionId });
    expect((await rest("DELETE", path)).status).toBe(200);
    expect(await get(path)).toMatchObject({ status: 404 });
    await rest("DELETE", base);
  });

  it.each([
    "..",
    ".",
    "a/../b",
    "../b",
    "user:..",
    "user:",
    "a//b",
    "/a",
    "a/",
    "a\u0000b",
    "\ud800",
    "a/versions",
    "a/versions/0",
    "a/versions/latest",
    "a/versions/0/metadata",
    "a/versions/x/y",
    "user:a/versions/0",
    "a\u2028/versions/0",
    "versions/versions",
  ])("refuses %j", async (filename) => {
    const { user, id } = await session();
    const base = `${sessionsPath(user)}/${id}/artifacts`;
    const { status } = await rest("POST", base, { filename, artifact: { text: "x" } });
    expect(status).toBe(400);
    expect(await get(base)).toEqual([]);
  });
});

describe("[RUN15] a client that only listens records nobody", () => {
  it.each(["listener", "observer"])("%s", async (role) => {
    const { pass, live, user, id } = await session();
    const eve = await connect(`${live}&save_live_blob=true&role=${role}`);
    const ann = await connect(live);
    for (const each of [tone(1_000), ...Array<Int16Array>(8).fill(silence(250))])
      ann.send(each.buffer);
    await until(
      ann.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    await until(
      eve.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    expect(await get(`${sessionsPath(user)}/${id}/artifacts`)).toEqual([]);
  });
});

describe("[RUN15] with `save_live_blob` speech is saved as an artifact and published after its turn", () => {
  const asText = ({ buffer }: Int16Array<ArrayBuffer>) => ({
    blob: { mime_type: "audio/pcm;rate=16000", data: new Uint8Array(buffer).toBase64() },
  });

  it.each([
    ["bytes", ({ buffer }: Int16Array<ArrayBuffer>) => buffer],
    ["text", asText],
  ])("both sides, each unchanged: audio as %s", async (_, frameOf) => {
    const { pass, live, user, id } = await session();
    const ann = await connect(`${live}&save_live_blob=true`);
    const speech = tone(1_000);
    const pcm = [speech, ...Array(8).fill(silence(250))] as Int16Array<ArrayBuffer>[];
    for (const each of pcm) ann.send(frameOf(each));
    const saved: unknown[] = [];
    for (let sides = 0; sides < 2; sides++) {
      const event = await until(
        ann.next(({ content }) => content?.parts?.some(({ fileData }) => fileData) === true),
        pass,
      );
      saved.push([event.author, event.content?.parts?.[0]?.fileData]);
    }
    expect(ann.events.findIndex(({ turnComplete }) => turnComplete)).toBeLessThan(
      ann.events.findIndex(({ content }) => content?.parts?.[0]?.fileData),
    );
    const uri = `artifact://assistant/${user}/${id}/_adk_live/adk_live_audio_storage_`;
    expect(saved).toEqual([
      [
        "user",
        {
          fileUri: expect.stringContaining(`${uri}input_audio_`),
          mimeType: "audio/pcm;rate=16000",
        },
      ],
      [
        "assistant",
        {
          fileUri: expect.stringContaining(`${uri}output_audio_`),
          mimeType: "audio/pcm;rate=24000",
        },
      ],
    ]);
    const base = `${sessionsPath(user)}/${id}/artifacts`;
    const names = (await get(base)) as string[];
    const artifact = (await get(`${base}/${names[0]}`)) as { inlineData: { data: string } };
    const bytes = Uint8Array.fromBase64(artifact.inlineData.data, { alphabet: "base64url" });
    expect(bytes.slice(0, 32_000)).toEqual(new Uint8Array(speech.buffer));
  });

  it("saves nothing without it", async () => {
    const { pass, live, user, id } = await session();
    const ann = await connect(live);
    ann.send({ content: { parts: [{ text: "Hi" }] } });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    expect(await get(`${sessionsPath(user)}/${id}/artifacts`)).toEqual([]);
  });
});
