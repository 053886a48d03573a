/** Frames that cannot be read, from many connections of one person. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LateClock } from "../support/late-clock.ts";
import { NativeClient, pathOf } from "./native.ts";
import { nativeConversation } from "./native-conversation.ts";
import { askSocket, tokenFor } from "./tokens.ts";

describe("[LIMIT41] the malformed frames of one person are bounded over all its connections", () => {
  it(
    "a hundred sockets of one token send junk: the others in the conversation, and another one, go on",
    { timeout: 20_000 },
    async () => {
      onTestFinished(() => void vi.restoreAllMocks());
      // The object is not late: frames that waited for it would not count.
      const { object, ann, model } = await nativeConversation("", new LateClock());
      const other = await nativeConversation();
      const join = async (token: string) => {
        const headers = { "Sec-WebSocket-Protocol": "parley.v1" };
        const client = new NativeClient(await askSocket(pathOf(object), { token, headers }));
        await client.hello();
        return client;
      };
      const token = await tokenFor({ jti: "junk" });
      const sockets: NativeClient[] = [];
      while (sockets.length < 98) sockets.push(await join(token));
      const bob = await join(await tokenFor({ jti: "bob" }));
      // In one moment.
      vi.spyOn(Date, "now").mockReturnValue(Date.now());
      for (const socket of sockets) socket.ack();
      for (const socket of sockets) for (let each = 0; each < 20; each++) socket.send("{junk");
      await Promise.all(sockets.map((socket) => socket.next("error")));
      bob.send("{junk");
      expect(await bob.next("error")).toMatchObject({ code: "BAD_FRAME" });
      bob.send({ type: "text", text: "Still there?" });
      await model.until(({ received }) => JSON.stringify(received.at(-1)).includes("Still there?"));
      other.ann.send({ type: "text", text: "And we?" });
      await other.model.until(({ received }) =>
        JSON.stringify(received.at(-1)).includes("And we?"),
      );
      const countOf = (code: string) =>
        sockets.map((socket) => socket.of("error").filter((each) => each.code === code).length);
      expect(countOf("BAD_FRAME").reduce((sum, each) => sum + each)).toBe(200);
      expect(Math.max(...countOf("TOO_MANY_FRAMES"))).toBe(1);
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1_000);
      const last = sockets.at(-1);
      last?.send({ type: "text", text: "I can read again." });
      await last?.event(({ content }) => content?.parts?.[0]?.text === "I can read again.");
      expect([ann.closed, bob.closed]).toEqual([undefined, undefined]);
    },
  );
});
