/** An attempt to create a session that exists. */
import { describe, expect, it } from "vitest";
import {
  nativeConversation,
  transcriptMessage,
  turnCompleteMessage,
} from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";

describe("[SESS2] a second attempt to create a session changes nothing", () => {
  it("an existing id is a conflict in the middle of an answer, and the answer goes on", async () => {
    const { ann, model, object } = await nativeConversation();
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    await model.send(transcriptMessage("Once upon"));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    expect((await rest("POST", sessionsPath(user), { sessionId })).status).toBe(409);
    await model.send(transcriptMessage(" a time."), turnCompleteMessage);
    const { event } = await ann.event(({ outputTranscription: said }) => said?.finished === true);
    expect(event.outputTranscription?.text).toBe("Once upon a time.");
  });
});
