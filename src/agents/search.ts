/** Answers by web search: the agent of ADK's quickstart. */
import { agent } from "../agent/agent.ts";
import { googleSearch } from "../agent/tool.ts";

export const search = agent({
  name: "search",
  model: "gemini-3.8-live",
  description: "Looks things up on the web.",
  suggestions: ["Who won the last Nobel Prize in Physics?", "What is new about voice agents?"],
  voice: "Aoede",
  clientSettings: ["voice", "language"],
  tools: [googleSearch],
  instruction: `You answer questions in a spoken conversation, and search the web for what may have changed.
Say the answer first, in one or two sentences, and name where it comes from.`,
});
