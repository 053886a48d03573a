import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { takeFindings } from "./secret-watch.ts";
import { secret, tokenFor } from "./tokens.ts";

describe("[SECRET4] the suite's watch finds a secret", () => {
  it.each([
    ["as it is", secret],
    ["base64", btoa(`x${secret}y`)],
    ["among others", `denied: ${secret}.`],
  ])("in a log line, %s", (_, text) => {
    console.debug(text);
    expect(takeFindings()).not.toEqual([]);
  });

  it("that is a token, and not its words", async () => {
    console.debug(`refused ${await tokenFor({ user: "ann" })}`);
    expect(takeFindings()).not.toEqual([]);
    console.debug("refused a token of ann");
    expect(takeFindings()).toEqual([]);
  });

  it("in a frame", () => {
    const { 0: client, 1: server } = new WebSocketPair();
    client.accept();
    server.accept();
    server.send(JSON.stringify({ secret }));
    server.send(new TextEncoder().encode(secret));
    expect(takeFindings()).not.toEqual([]);
  });

  it("in a row of any object", async () => {
    const object = env.CONVERSATION.getByName(JSON.stringify(["assistant", "ann", "watched"]));
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec("SELECT ?", secret);
      storage.sql.exec("SELECT ?", "words");
    });
    expect(takeFindings()).not.toEqual([]);
  });
});
