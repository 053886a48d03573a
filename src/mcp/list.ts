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
  /** The server lists more tools than the relay reads. */
  readonly isCut: boolean;
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
/** A setup with more functions than a model can tell apart costs tokens in every session. */
export const maxTools = 1_000;

/** @param timeout for each page, in ms. @param deadline of all pages. */
export async function listTools(
  client: Client,
  timeout: number,
  deadline: AbortSignal,
): Promise<ToolList> {
  if (!client.getServerCapabilities()?.tools) return { tools: [], malformed: [], isCut: false };
  const entries: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const request = { method: "tools/list", params: cursor === undefined ? {} : { cursor } };
    // Each page names the next.
    // oxlint-disable-next-line no-await-in-loop
    const { tools, nextCursor } = await client.request(request, pageSchema(), {
      timeout,
      signal: deadline,
    });
    for (const tool of tools.slice(0, maxTools + 1 - entries.length)) entries.push(tool);
    if (nextCursor === undefined || nextCursor === cursor || entries.length > maxTools) break;
    cursor = nextCursor;
  }
  return { ...judged(entries.slice(0, maxTools)), isCut: entries.length > maxTools };
}

function judged(entries: readonly unknown[]): Omit<ToolList, "isCut"> {
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
