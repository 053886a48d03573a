/**
 * The list of a remote server's tools.
 *
 * The SDK judges the list as a whole, so that one malformed entry would cost all tools; here each entry is judged alone.
 */
import type { Client } from "@modelcontextprotocol/client";
import * as z from "zod";
import { cutText } from "../wire/text.ts";
import { lazy } from "../wire/lazy.ts";

/** Some servers write null for an absent field. A field that the relay can do without never costs the tool. */
const text = lazy(() => z.string().optional().catch(undefined));

/** In characters. The model reads all descriptions in every session, and this one is not the author's. */
const maxDescription = 16_384;

const toolSchema = lazy(() =>
  z
    .object({
      name: z.string().min(1),
      title: text(),
      description: text(),
      inputSchema: z.looseObject({
        type: z
          .string()
          .regex(/^object$/i)
          .transform(() => "object" as const),
      }),
      outputSchema: z.record(z.string(), z.unknown()).optional().catch(undefined),
    })
    .transform(({ title, description, ...tool }) => ({
      ...tool,
      description: cutText(description ?? title ?? "", maxDescription).toWellFormed(),
    })),
);

export type RemoteTool = z.output<ReturnType<typeof toolSchema>>;

export interface ToolList {
  readonly tools: readonly RemoteTool[];
  readonly malformed: readonly MalformedTool[];
}

interface MalformedTool {
  /** Undefined if the entry has none. */
  readonly name: string | undefined;
  /** In words, without the entry's values: a server may repeat a secret. */
  readonly reason: string;
}

const pageSchema = lazy(() =>
  z.looseObject({
    tools: z.array(z.unknown()),
    nextCursor: text(),
  }),
);

/** A server whose cursors do not end would hold up every session. */
const maxPages = 64;

/** @param timeout for each page, in ms. */
export async function listTools(client: Client, timeout: number): Promise<ToolList> {
  if (!client.getServerCapabilities()?.tools) return { tools: [], malformed: [] };
  const entries: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const request = { method: "tools/list", params: cursor === undefined ? {} : { cursor } };
    // Each page names the next.
    // oxlint-disable-next-line no-await-in-loop
    const { tools, nextCursor } = await client.request(request, pageSchema(), { timeout });
    entries.push(...tools);
    if (nextCursor === undefined || nextCursor === cursor) break;
    cursor = nextCursor;
  }
  return judged(entries);
}

function judged(entries: readonly unknown[]): ToolList {
  const tools: RemoteTool[] = [];
  const malformed: MalformedTool[] = [];
  for (const entry of entries) {
    const { data, error } = toolSchema().safeParse(entry);
    if (data) tools.push(data);
    else malformed.push({ name: nameOf(entry), reason: reasonOf(error) });
  }
  return { tools, malformed };
}

const nameOf = (entry: unknown): string | undefined =>
  z.object({ name: z.string().min(1) }).safeParse(entry).data?.name;

function reasonOf({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.join(".");
  return path ? `its ${path} is missing or wrong` : "its definition is not an object";
}
