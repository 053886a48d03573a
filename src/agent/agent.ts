/** An agent, as its author writes it. */
import { z } from "zod";

const shape = z.strictObject({
  /** What clients call it (`?agent=`), and the author of what it says. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9._:@+-]{1,128}$/, "1 to 128 of letters, digits and ._:@+-")
    .refine((name) => name !== "user", '"user" is the person, not an agent'),
  /** A Live API model, without "models/". */
  model: z.string().min(1),
  /** One sentence for people who pick an agent. */
  description: z.string().default(""),
  /** The system instruction. */
  instruction: z.string().default(""),
  /** One of Gemini's voices, such as "Kore" or "Puck"; the model's own choice when left out. */
  voice: z.string().min(1).optional(),
});

export type AgentDefinition = z.input<typeof shape>;
export type Agent = Readonly<z.output<typeof shape>>;

/**
 * Declares an agent.
 * @throws Error naming the agent and the field when the definition is wrong: at start, not in a call.
 */
export function agent(definition: AgentDefinition): Agent {
  const { success, data, error } = shape.safeParse(definition);
  if (success) return data;
  throw new Error(`Agent "${definition.name}": ${z.prettifyError(error)}`);
}
