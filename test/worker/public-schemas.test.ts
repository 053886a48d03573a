import { expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { JsonSchema } from "../../src/agent/schema-dialect.ts";
import { tool } from "../../src/agent/tool.ts";
import { publicSchemas } from "../core/public-schemas/all.ts";
import { Refused } from "../core/public-schemas/notation.ts";
import { emulatedLive, model, setupComplete, transcribed, turnComplete } from "./live-client.ts";
import { rawServer, remoteTools } from "./tool-server.ts";
import { until } from "./emulated.ts";

const accepted = publicSchemas.flatMap(([name, , told]) => (told instanceof Refused ? [] : [name]));

/** MCP requires `type: "object"` at the top: the list's check leaves out an entry without. */
const listed = publicSchemas
  .filter(([, schema]) => "type" in schema && schema.type === "object")
  .map(([name]) => name)
  .filter((name) => accepted.includes(name));

it("[TOOL8] all schemas at once, from author, server and client, and the emulator accepts the setup", async () => {
  const { toolset, transport } = remoteTools({ allow: ["*"], prefix: "remote_" });
  transport.handler = rawServer({
    "tools/list": () => ({
      tools: publicSchemas.map(([name, inputSchema]) => ({ name, inputSchema })),
    }),
  });
  const own = publicSchemas.flatMap(([name, parameters, told]) =>
    told instanceof Refused
      ? []
      : [tool({ name, description: "", parameters: parameters as JsonSchema, run: () => 1 })],
  );
  const ada = agent({ name: "ada", model: "gemini-3.8-live", tools: [...own, toolset] });
  const { connect, ports, pass } = emulatedLive(ada);
  ports.brain.replies.push([{ say: "It is noon." }]);
  const client = await connect();
  const functionDeclarations = publicSchemas.map(([name, parameters]) => ({
    name: `client_${name}`,
    parameters,
  }));
  client.send({ setup: { model, ...transcribed, tools: [{ functionDeclarations }] } });
  await until(client.next(setupComplete), pass);
  client.send({
    clientContent: {
      turns: [{ role: "user", parts: [{ text: "What time is it?" }] }],
      turnComplete: true,
    },
  });
  await until(client.next(turnComplete), pass);
  expect(client.outputTranscript).toBe("It is noon.");
  expect(client.closed).toBeUndefined();
  const declared = ports.brain.contexts.at(-1)?.tools.functions.map(({ name }) => name);
  expect(declared).toEqual([
    ...accepted,
    ...listed.map((name) => `remote_${name}`),
    ...accepted.map((name) => `client_${name}`),
  ]);
});
