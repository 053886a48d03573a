/** An agent's answer in the session state, and the artifacts of its tools. */
import { describe, expect, it } from "vitest";
import { agent, sequence } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import type { Event } from "../../src/wire/adk.ts";
import { connectedConversation } from "./client.ts";
import { rest, sessionsPath } from "./rest.ts";

const model = "gemini-3.8-live";
const said = (text: string) => ({ serverContent: { outputTranscription: { text } } });
const generated = { serverContent: { generationComplete: true } };
const turnComplete = { serverContent: { turnComplete: true } };
const interrupted = { serverContent: { interrupted: true } };
const call = (name: string, id: string) => ({ toolCall: { functionCalls: [{ id, name }] } });
const hasOutput = ({ actions }: Event): boolean => actions.stateDelta["answer"] !== undefined;
const outputs = (events: readonly Event[]): unknown[] =>
  events.filter(hasOutput).map(({ actions }) => actions.stateDelta["answer"]);

describe("[STATE9] an agent's answer is stored under its output key", () => {
  it("with the event of its transcript; a turn's transcripts add up, and the next turn begins again", async () => {
    const { ann, model: upstream } = await connectedConversation(
      agent({ name: "ada", model, outputKey: "answer" }),
    );
    await upstream.send(said("One "), said("moment."), generated, said(" It rains."), turnComplete);
    await upstream.send(said("Bye."), interrupted, turnComplete);
    await ann.next((event) => event.interrupted === true);
    expect(outputs(ann.events)).toEqual(["One moment.", "One moment. It rains.", "Bye."]);
    expect(ann.events.find(hasOutput)?.outputTranscription?.text).toBe("One moment.");
  });

  it("before the next agent's instruction reads it", async () => {
    const asks = agent({ name: "asks", model, outputKey: "answer" });
    const tells = agent({ name: "tells", model, instruction: "Tell: {answer}" });
    const { model: first, models } = await connectedConversation(
      sequence({ name: "both", agents: [asks, tells] }),
    );
    await first.send(said("It is Ann."), call("task_completed", "t1"));
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    expect(JSON.stringify(second.received[0])).toContain("Tell: It is Ann.");
  });

  it("as the author's hook changed it, and nothing of an agent without a key", async () => {
    const hooked = agent({
      name: "ada",
      model,
      outputKey: "answer",
      hooks: {
        onEvent: (event) =>
          event.outputTranscription && {
            ...event,
            outputTranscription: { ...event.outputTranscription, text: "…" },
          },
      },
    });
    for (const [ada, expected] of [
      [hooked, ["…"]],
      [agent({ name: "ada", model }), []],
    ] as const) {
      const { ann, model: upstream } = await connectedConversation(ada);
      await upstream.send(said("4711"), turnComplete);
      await ann.next((event) => event.turnComplete === true);
      expect(outputs(ann.events)).toEqual(expected);
    }
  });
});

describe("[RUN26] a tool saves, loads and lists artifacts", () => {
  const bytes = Uint8Array.of(251, 255);
  const files = agent({
    name: "files",
    model,
    tools: [
      tool({
        name: "keep",
        description: "",
        run: async (_, { saveArtifact, loadArtifact, listArtifacts }) => {
          const versions = [
            await saveArtifact("notes.txt", "one"),
            await saveArtifact("notes.txt", "two", { by: "keep" }),
            await saveArtifact("user:me.png", { mimeType: "image/png", bytes }),
          ];
          const picture = await loadArtifact("user:me.png");
          return {
            versions,
            first: await loadArtifact("notes.txt", 0),
            newest: await loadArtifact("notes.txt"),
            none: (await loadArtifact("nothing")) === undefined,
            picture: typeof picture === "object" && [picture.mimeType, ...picture.bytes],
            names: await listArtifacts(),
          };
        },
      }),
      tool({
        name: "misname",
        description: "",
        run: (_, { saveArtifact }) => saveArtifact("..", "x"),
      }),
    ],
  });
  const resultOf = (name: string) => (event: Event) =>
    event.content?.parts?.[0]?.functionResponse?.name === name;

  it("of the conversation and of the user; clients learn of each version, and ADK's routes serve them", async () => {
    const { ann, object, model: upstream } = await connectedConversation(files);
    await upstream.send(call("keep", "c1"));
    const result = await ann.next(resultOf("keep"));
    expect(result.content?.parts?.[0]?.functionResponse?.response).toEqual({
      versions: [0, 1, 0],
      first: "one",
      newest: "two",
      none: true,
      picture: ["image/png", 251, 255],
      names: ["notes.txt", "user:me.png"],
    });
    expect(
      ann.events
        .map(({ actions }) => actions.artifactDelta)
        .filter((delta) => "notes.txt" in delta),
    ).toEqual([{ "notes.txt": 0 }, { "notes.txt": 1 }]);
    const [, user = "", session] = JSON.parse(object) as string[];
    const base = `${sessionsPath(user)}/${session}/artifacts`;
    expect((await rest("GET", `${base}/notes.txt`)).body).toEqual({ text: "two" });
    expect((await rest("GET", `${base}/user:me.png`)).body).toEqual({
      inlineData: { mimeType: "image/png", data: "-_8=" },
    });
  });

  it("a name that no address can hold is an error of the tool", async () => {
    const { ann, model: upstream } = await connectedConversation(files);
    await upstream.send(call("misname", "c2"));
    const result = await ann.next(resultOf("misname"));
    expect(result.content?.parts?.[0]?.functionResponse?.response).toEqual({
      error: expect.stringContaining('The artifact ".." was not saved'),
    });
  });
});
