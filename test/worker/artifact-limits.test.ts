import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ArtifactChanges } from "../../src/access/rate-limit.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { ArtifactStore } from "../../src/store/artifacts.ts";
import { directoryTables } from "../../src/store/schema-migrations.ts";
import { rest, sessionsPath } from "./rest.ts";

/** No allowance refills meanwhile. */
function stopClock(): void {
  vi.spyOn(Date, "now").mockReturnValue(Date.now());
  onTestFinished(() => void vi.restoreAllMocks());
}

describe("[RUN29] Names, versions and metadata of artifacts must be counted and bounded", () => {
  const directory = (user: string) => env.DIRECTORY.getByName(JSON.stringify(["assistant", user]));
  const inStore = (
    user: string,
    use: (store: ArtifactStore, storage: DurableObjectStorage) => void,
  ) =>
    runInDurableObject(directory(user), (_, { storage }) =>
      use(new ArtifactStore(storage, directoryTables), storage),
    );
  const file = { mimeType: "", bytes: new Uint8Array(1) };

  it("large metadata and types are refused in words, by HTTP, too", async () => {
    const base = `${sessionsPath("art")}/a/artifacts`;
    await rest("POST", sessionsPath("art"), { sessionId: "a" });
    const upload = {
      filename: "x",
      artifact: { text: "a" },
      customMetadata: { m: "m".repeat(17_000) },
    };
    const refused = await rest("POST", base, upload);
    expect(refused).toMatchObject({
      status: 413,
      body: { detail: expect.stringContaining("metadata has 170") },
    });
    const typed = {
      filename: "x",
      artifact: { inlineData: { mimeType: "t".repeat(300), data: "YQ==" } },
    };
    expect((await rest("POST", base, typed)).status).toBe(413);
    expect((await rest("GET", base)).body).toEqual([]);
  });

  it.each(["a", "user:a"])("saves and deletions of %s, with a time to try again", async (name) => {
    stopClock();
    const user = `often-${name.length}`;
    const base = `${sessionsPath(user)}/s/artifacts`;
    await rest("POST", sessionsPath(user), { sessionId: "s" });
    const from = (address: string) => ({ "cf-connecting-ip": address });
    const save = (bytes: number, address: string) =>
      rest("POST", base, { filename: name, artifact: { text: "a".repeat(bytes) } }, from(address));
    const remove = (address: string) => rest("DELETE", `${base}/${name}`, undefined, from(address));
    const large = 6 * 1024 * 1024;
    for (let at = 0; at < 5; at++) expect((await save(large, "203.0.113.9")).status).toBe(200);
    const refused = await save(large, "203.0.113.9");
    expect(refused).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/^Nothing was changed.* in \d+ s\.$/) },
    });
    expect((await rest("GET", `${base}/${name}/versions`)).body).toEqual([0, 1, 2, 3, 4]);
    expect((await save(1, "203.0.113.10")).status).toBe(200);
    let removed = 0;
    while (removed < 100 && (await remove("203.0.113.9")).status === 200) removed++;
    // Of 32, the metadata of the saved versions (`{}`) takes one.
    expect(removed).toBe(31);
  });

  it("of the user's files, in all of the user's sessions together", async () => {
    stopClock();
    const user = "often";
    const address = { "cf-connecting-ip": "203.0.113.11" };
    const text = "a".repeat(6 * 1024 * 1024);
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++) {
      await rest("POST", sessionsPath(user), { sessionId: `s${at}` });
      const upload = { filename: "user:a", artifact: { text } };
      const { status } = await rest(
        "POST",
        `${sessionsPath(user)}/s${at}/artifacts`,
        upload,
        address,
      );
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it("however small each is", () => {
    const changes = new ArtifactChanges();
    const { value, burstS } = limits.artifactChanges;
    const now = 1_800_000_000_000;
    for (let at = 0; at < (value * burstS) / (64 * 1024); at++)
      expect(changes.error("ann", 1, now)).toBeUndefined();
    expect(changes.error("ann", 1, now)).toMatchObject({ code: "RATE_LIMITED", retryAfterS: 1 });
    expect(changes.error("bob", 1, now)).toBeUndefined();
    expect(changes.error("ann", 1, now + 1_000)).toBeUndefined();
    expect(changes.error(undefined, 1, now)).toBeUndefined();
  });

  it("a thousand versions of a name are kept, and listed without their metadata", async () => {
    await inStore("versions", (store, { sql }) => {
      store.save("a", file);
      sql.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
        INSERT INTO artifact SELECT 'a', i, '', 0, '{}' FROM n`);
      expect(store.save("a", file)).toMatchObject({
        refusal: expect.stringContaining("1000 versions"),
      });
      expect(store.save("b", file)).toMatchObject({ version: 0 });
      expect(store.versionNumbers("a")).toHaveLength(1_000);
    });
  });

  it("the list of versions is read without their metadata", async () => {
    const path = `${sessionsPath("versions")}/s/artifacts`;
    await rest("POST", sessionsPath("versions"), { sessionId: "s" });
    const upload = { filename: "a", artifact: { text: "a" }, customMetadata: { a: 1 } };
    for (const filename of ["a", "user:a"])
      expect((await rest("POST", path, { ...upload, filename })).status).toBe(200);
    const withMetadata = vi.spyOn(ArtifactStore.prototype, "versions");
    onTestFinished(() => void vi.restoreAllMocks());
    for (const name of ["a", "user:a"]) {
      const { status, body } = await rest("GET", `${path}/${name}/versions`);
      expect([status, body]).toEqual([200, [0]]);
      expect((await rest("GET", `${path}/${name}/versions/latest`)).status).toBe(200);
    }
    expect(withMetadata).not.toHaveBeenCalled();
    expect((await rest("GET", `${path}/a/versions/metadata`)).status).toBe(200);
    expect(withMetadata).toHaveBeenCalled();
  });

  it("an artifact of more than 24 MiB is refused in words", async () => {
    await inStore("large", (store) => {
      const bytes = new Uint8Array(24 * 1024 * 1024 + 1);
      expect(store.save("a", { mimeType: "", bytes })).toMatchObject({
        refusal: expect.stringContaining("25165825 bytes"),
      });
      expect(store.save("a", { mimeType: "", bytes: bytes.subarray(1) })).toMatchObject({
        version: 0,
      });
    });
  });

  it("the room is that of names, types, metadata and contents together", async () => {
    await inStore("room", (store, { sql }) => {
      store.save("first", file);
      const large = "hex(zeroblob(950000))";
      const add = (from: number, to: number): void => {
        for (const row of [
          `artifact SELECT 'n' || i || ${large}, 0, '', 0, '{}'`,
          `artifact SELECT 't' || i, 0, ${large}, 0, '{}'`,
          `artifact SELECT 'm' || i, 0, '', 0, ${large}`,
          "artifact_piece SELECT 'first', 0, i, zeroblob(1900000)",
        ])
          sql.exec(
            `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
             INSERT INTO ${row} FROM n`,
          );
      };
      add(1, 35);
      expect(store.save("second", file)).toMatchObject({ version: 0 });
      add(36, 36);
      expect(store.save("third", file)).toMatchObject({
        refusal: expect.stringContaining("no room"),
      });
    });
  });

  it("artifacts of nothing count", async () => {
    await inStore("many", (store, { sql }) => {
      store.save("first", file);
      sql.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
        INSERT INTO artifact SELECT 'n' || i, 0, '', 0, '{}' FROM n`);
      expect(store.save("another", file)).toMatchObject({
        refusal: expect.stringContaining("no room"),
      });
      store.remove("n1");
      expect(store.save("another", file)).toMatchObject({ version: 0 });
    });
  });

  it("metadata that an earlier version stored is no failure for ever", async () => {
    await inStore("old", (store, { sql }) => {
      store.save("user:a", file, { kept: true });
      sql.exec(
        "UPDATE artifact SET metadata = ? WHERE name = 'user:a'",
        JSON.stringify({ m: "m".repeat(1_900_000) }),
      );
      for (let at = 1; at < 30; at++)
        sql.exec(
          "INSERT INTO artifact SELECT name, ?, mime, created_ms, metadata FROM artifact WHERE version = 0",
          at,
        );
    });
    const base = `${sessionsPath("old")}/s/artifacts/user:a`;
    await rest("POST", sessionsPath("old"), { sessionId: "s" });
    for (const path of [
      "",
      "/versions",
      "/versions/metadata",
      "/versions/latest",
      "/versions/3/metadata",
    ])
      expect((await rest("GET", base + path)).status).toBe(200);
  });
});
