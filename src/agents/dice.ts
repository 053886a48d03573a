/** Rolls dice, and transfers to an agent that checks primes: ADK's samples of a live agent and of a transfer. */
import * as z from "zod";
import { agent } from "../agent/agent.ts";
import { tool } from "../agent/tool.ts";

const rollDie = tool({
  name: "roll_die",
  description: "Rolls a die and returns the number it shows.",
  parameters: () =>
    z.object({
      sides: z.int().min(2).max(1000).default(6).describe("How many sides the die has."),
    }),
  run: ({ sides }, { state }) => {
    const result = 1 + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % sides);
    state.set(
      "rolls",
      [...((state.get("rolls") as number[] | undefined) ?? []), result].slice(-20),
    );
    return { result };
  },
});

const checkPrime = tool({
  name: "check_prime",
  description: "Says which of some numbers are prime.",
  parameters: () =>
    z.object({
      // A tool that computes for long holds up the audio.
      numbers: z.array(z.int().max(1_000_000_000)).min(1).max(20).describe("The numbers to check."),
    }),
  run: ({ numbers }) => {
    const primes = numbers.filter(isPrime);
    const verb = primes.length === 1 ? "is" : "are";
    const result = primes.length > 0 ? `${primes.join(", ")} ${verb} prime` : "none is prime";
    return { result, primes };
  },
});

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++)
    if (number % divisor === 0) return false;
  return true;
}

const primes = agent({
  name: "primes",
  model: "gemini-3.8-live",
  description: "Checks whether numbers are prime.",
  voice: "Kore",
  clientSettings: ["voice", "language"],
  tools: [checkPrime],
  instruction: `You check whether numbers are prime, in a spoken conversation. Always use check_prime, never guess.
Rolls so far: {rolls?}. Say the result in one short sentence.`,
});

export const dice = agent({
  name: "dice",
  model: "gemini-3.8-live",
  description: "Rolls dice; a second voice checks whether numbers are prime.",
  suggestions: ["Roll a die", "Roll two dice with ten sides", "Is 17 prime?"],
  voice: "Puck",
  tools: [rollDie],
  subAgents: [primes],
  instruction: `You roll dice in a spoken conversation. Always use roll_die, never guess. Earlier rolls are in {rolls?}. Say the result in one short sentence.`,
});
