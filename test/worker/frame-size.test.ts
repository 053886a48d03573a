import { describe, expect, it } from "vitest";
import { newConversation } from "./client.ts";
import { connectedLive, turnComplete } from "./live-client.ts";
import { turnCompleteMessage, transcriptMessage } from "./native-conversation.ts";
import { protocols } from "./protocols.ts";
import { rest, sessionsPath } from "./rest.ts";

/** More than the rate limit lets pass at once. */
const huge = "x".repeat(2_200_000);

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

describe("[LIMIT5] the size of a frame is checked before its rate limit", () => {
  it.each(protocols.filter(({ strict }) => !strict))(
    "in $name: each is refused as too big, and the next message is taken",
    async (protocol) => {
      const { object, models } = newConversation();
      const [app = "", user = "", id = ""] = JSON.parse(object) as string[];
      await rest("POST", sessionsPath(user, app), { sessionId: id });
      const client = await protocol.connect({ app, user, session: id });
      const model = await models.connection(0);
      await model.until(({ received }) => received.length > 0);
      await model.send({ setupComplete: {} });
      for (let each = 0; each < 3; each++) await client.sendText(huge);
      // Each of this size would use up two thirds of the limit.
      for (let each = 0; each < 3; each++) await client.sendText(huge.slice(0, 1_400_000));
      await client.sendText("Still there?");
      await model.until(({ received }) => received.length > 1);
      expect(JSON.stringify(model.received[1])).toContain("Still there?");
      await until(() => client.view().problems.length === 6);
      for (const problem of client.view().problems) expect(problem).toContain("at most 1048576");
    },
  );

  it.each([huge, new ArrayBuffer(2_200_000)])(
    "in the Live API the client alone is closed with 1009",
    async (frame) => {
      const { connect, client, upstream } = await connectedLive();
      const lia = await connect();
      lia.send(frame);
      expect(await lia.untilClosed()).toEqual({
        code: 1009,
        reason: expect.stringContaining("at most 1048576"),
      });
      await upstream.send(transcriptMessage("Yes."), turnCompleteMessage);
      expect(turnComplete(await client.next(turnComplete))).toBe(true);
    },
  );
});
