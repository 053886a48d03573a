import { describe, expect, it } from "vitest";
import { crowd } from "../support/blobs.ts";
import { connectedConversation } from "./client.ts";

describe("[PEOPLE3] the Worker watches the camera during the conversation", () => {
  it("a changed count reaches the model and the clients", async () => {
    const { ann, model } = await connectedConversation("people");
    await model.send({
      toolCall: { functionCalls: [{ id: "call_1", name: "monitor_people", args: {} }] },
    });
    const reported = async (count: number, key: "progress" | "people") => {
      const news = ann.next((event) =>
        (event.content?.parts ?? []).some(
          ({ functionResponse }) => functionResponse?.response?.[key] !== undefined,
        ),
      );
      const timer = setInterval(
        () => ann.send({ type: "image", mimeType: "image/jpeg", data: crowd(count) }),
        100,
      );
      const event = await news;
      clearInterval(timer);
      return event.content?.parts?.[0]?.functionResponse?.response;
    };
    expect(await reported(1, "progress")).toEqual({ progress: { people: 1 } });
    expect(await reported(2, "people")).toEqual({ people: 2, before: 1 });
    await model.until(({ received }) => JSON.stringify(received).includes('"people":2'));
  }, 15_000);
});
