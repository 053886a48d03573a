import { describe, expect, it } from "vitest";
import { sessionsPath } from "./rest.ts";
import { ask, tokenFor } from "./tokens.ts";

const note = (filename: string) => ({ filename, artifact: { text: "<script>alert(1)</script>" } });

/** A user's files are there for all conversations: other tests have other users. */
const user = "artifact-access";

async function artifacts(claims: (session: string) => object) {
  const session = crypto.randomUUID();
  const path = `${sessionsPath(user)}/${session}`;
  const admin = await tokenFor();
  await ask(path, { method: "POST", token: admin, body: {} });
  return { path: `${path}/artifacts`, admin, token: await tokenFor(claims(session)) };
}

describe("[TOKEN17] a token of one session changes no files of its user", () => {
  it("neither saves nor deletes one; the session's own files it may", async () => {
    const { path, admin, token } = await artifacts((session) => ({
      user,
      session,
      role: "operator",
    }));
    const save = (by: string, filename: string) =>
      ask(path, { method: "POST", token: by, body: note(filename) });
    const remove = (by: string, filename: string) =>
      ask(`${path}/${filename}`, { method: "DELETE", token: by });
    expect((await save(token, "user:a.txt")).status).toBe(403);
    expect((await save(admin, "user:a.txt")).status).toBe(200);
    expect((await remove(token, "user:a.txt")).status).toBe(403);
    expect((await ask(`${path}/user:a.txt`, { token })).status).toBe(200);
    expect((await save(token, "a.txt")).status).toBe(200);
    expect((await remove(token, "a.txt")).status).toBe(200);
  });

  it("a token of the user may", async () => {
    const { path, token } = await artifacts(() => ({ user }));
    const saved = await ask(path, { method: "POST", token, body: note("user:b.txt") });
    expect(saved.status).toBe(200);
  });
});

describe("[SESS18] artifacts are downloads", () => {
  it("a list, a file, and an error", async () => {
    const { path, admin } = await artifacts(() => ({}));
    await ask(path, { method: "POST", token: admin, body: note("page.html") });
    for (const each of ["", "/page.html", "/page.html/versions", "/none"]) {
      const { headers } = await ask(path + each, { token: admin });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-disposition")).toBe("attachment");
      expect(headers.get("content-security-policy")).toContain("sandbox");
    }
  });
});

describe("[RUN28] a message that is too big is refused as that", () => {
  it.each(["/run", "/run_sse"])("%s", async (route) => {
    const { path, admin } = await artifacts(() => ({}));
    const sessionId = path.split("/").at(-2);
    for (const bytes of [1_100_000, 2_500_000]) {
      const newMessage = { parts: [{ text: "x".repeat(bytes) }] };
      const body = { appName: "assistant", userId: user, sessionId, newMessage };
      const response = await ask(route, { method: "POST", token: admin, body });
      expect(response.status).toBe(413);
      expect(await response.text()).toContain(`${1024 * 1024} are taken`);
    }
  });
});
