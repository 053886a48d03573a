import { expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { outline, said, speak, stage } from "./client.ts";

test("a text turn is answered with speech", async () => {
  const { ports, ready } = stage();
  const client = await ready();
  client.send({ realtimeInput: { text: "hi" } });
  await ports.clock.advance(3000);
  const messages = client.take();
  expect(outline(messages)).toEqual(["speech", "generationComplete", "turnComplete"]);
  expect(said(messages)).toBe("You said: hi.");
});

test("a spoken turn has the reference's order", async () => {
  const { ports, ready } = stage();
  const client = await ready();
  ports.ears.words.push("What time is it?");
  await speak(client, ports, tone(1000));
  await speak(client, ports, silence(1500));
  await ports.clock.advance(4000);
  const messages = client.take();
  expect(outline(messages)).toEqual([
    "start",
    "heard",
    "end",
    "speech",
    "generationComplete",
    "turnComplete",
  ]);
});
