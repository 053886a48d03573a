import { describe, expect, test, vi } from "vitest";
import { chooseAddress } from "../../../packages/client/src/conversation-address.ts";
import { createCall } from "../../../packages/client/src/index.ts";
import { idFromName } from "../../../src/access/identity.ts";
import { eventually } from "../../support/eventually.ts";

const tokenOf = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

describe("[PKG18] the token's claims name the conversation that the client was not given", () => {
  test("each part by itself; a `sub` stands for the user", () => {
    const token = tokenOf({ app: "dice", user: "ann", session: "one", exp: 1 });
    expect(chooseAddress({})(token)).toEqual({ agent: "dice", user: "ann", session: "one" });
    expect(chooseAddress({ agent: "guide", session: "two" })(token)).toEqual({
      agent: "guide",
      user: "ann",
      session: "two",
    });
    const { user, session } = chooseAddress({})(tokenOf({ sub: "auth0|bob" }));
    expect([user, session]).toEqual(["auth0_7cbob", expect.stringMatching(/^[\w-]{8,}$/)]);
  });

  test.each(["zoë@example.com", "王小明", "auth0|bob"])(
    "the user of the `sub` %s is the server's",
    async (sub) => {
      expect(chooseAddress({})(tokenOf({ sub })).user).toBe(await idFromName(sub));
    },
  );

  test("a later token changes nothing, and claims that are no ids count for nothing", () => {
    const addressFor = chooseAddress({});
    const before = addressFor();
    expect(before.user).toMatch(/^guest-/);
    expect(addressFor(tokenOf({ user: "a/b", session: 7 }))).toEqual(before);
    expect(addressFor(tokenOf({ user: "ann" }))).toEqual(before);
  });

  test("a call with a token alone opens that conversation, and with getToken once it has come", async () => {
    const urls: string[] = [];
    class Socket extends EventTarget {
      constructor(url: string) {
        super();
        urls.push(url);
      }
      close(): void {}
    }
    vi.stubGlobal("WebSocket", Socket);
    const token = tokenOf({ app: "dice", user: "ann", session: "one" });
    const calls = [
      createCall({ url: "https://voice.test", token }),
      createCall({ url: "https://voice.test", getToken: () => Promise.resolve(token) }),
    ];
    expect(calls[0]?.address).toEqual({ agent: "dice", user: "ann", session: "one" });
    for (const call of calls) call.open();
    await eventually(() => expect(urls).toHaveLength(2));
    expect(new Set(urls)).toEqual(new Set(["wss://voice.test/ws/ann/one?agent=dice"]));
    expect(calls[1]?.address.user).toBe("ann");
    for (const call of calls) await call.close();
    vi.unstubAllGlobals();
  });
});
