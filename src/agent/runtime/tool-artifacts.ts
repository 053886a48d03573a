/** Artifacts as an agent's tools save and load them: each new version is published as an event. */
import {
  isUsableArtifactName,
  toFileContent,
  toStoredFile,
  type FileContent,
  type StoredFile,
} from "../../core/adk/artifact.ts";
import { ToolError } from "../../core/errors.ts";
import { noActions, type EventBody } from "../../wire/adk.ts";
import type { ToolContext } from "../tool.ts";

type Awaitable<T> = T | Promise<T>;

/** The files of a conversation, or of its user. */
interface ArtifactFiles {
  save(
    name: string,
    file: StoredFile,
    metadata: Record<string, unknown>,
  ): Awaitable<{ readonly version: number } | { readonly refusal: string }>;
  load(name: string, version?: number): Awaitable<StoredFile | undefined>;
  names(): Awaitable<string[]>;
}

export interface ArtifactHost {
  /** The files that a name belongs to: the user's if it begins with `user:`, else the conversation's. */
  filesFor(name: string): Awaitable<ArtifactFiles>;
  publish(body: EventBody): void;
}

type ArtifactMethods = Pick<ToolContext, "saveArtifact" | "loadArtifact" | "listArtifacts">;

export const toolArtifacts = (host: ArtifactHost, author: string): ArtifactMethods => ({
  saveArtifact: (name, content, metadata = {}) => save(host, author, { name, content, metadata }),
  loadArtifact: async (name, version) => {
    const file = await (await host.filesFor(name)).load(name, version);
    return file && toFileContent(file);
  },
  listArtifacts: async () => {
    // Both are the conversation's if its user stands for no person.
    const files = new Set(await Promise.all([host.filesFor(""), host.filesFor("user:")]));
    return (await Promise.all(Array.from(files, async (each) => each.names()))).flat().toSorted();
  },
});

interface NewArtifact {
  readonly name: string;
  readonly content: FileContent;
  readonly metadata: Record<string, unknown>;
}

async function save(
  host: ArtifactHost,
  author: string,
  { name, content, metadata }: NewArtifact,
): Promise<number> {
  if (!isUsableArtifactName(name))
    throw new ToolError(
      `The artifact "${name}" was not saved: its name is longer than 512 characters, has a segment that is empty, "." or "..", an end like the address of a version ("/versions/0"), or characters that no address can hold. Rename it.`,
    );
  const saved = await (await host.filesFor(name)).save(name, toStoredFile(content), metadata);
  if ("refusal" in saved)
    throw new ToolError(`The artifact "${name}" was not saved. ${saved.refusal}`);
  const { version } = saved;
  host.publish({ author, actions: { ...noActions, artifactDelta: { [name]: version } } });
  return version;
}
