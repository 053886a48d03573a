/** Artifacts as tools and clients see them (ADK): a text or a file, under a name that an address can hold. */

/** A text, or a file as its bytes. */
export type FileContent = string | { readonly mimeType: string; readonly bytes: Uint8Array };

/** A file as it is stored: `mimeType` is "" for text. */
export interface StoredFile {
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export const maxArtifactNameCharacters = 512;

/** Whether an address can name an artifact: URLs drop the segments `.` and `..`. */
export const isUsableArtifactName = (name: string): boolean =>
  name.isWellFormed() &&
  name.length <= maxArtifactNameCharacters &&
  !/\p{Cc}/u.test(name) &&
  name
    .replace(/^user:/, "")
    .split("/")
    .every((segment) => !["", ".", ".."].includes(segment));

export const isUserArtifact = (name: string): boolean => name.startsWith("user:");

export const toStoredFile = (content: FileContent): StoredFile =>
  typeof content === "string"
    ? { mimeType: "", bytes: new TextEncoder().encode(content) }
    : { ...content, mimeType: content.mimeType || "application/octet-stream" };

export const toFileContent = ({ mimeType, bytes }: StoredFile): FileContent =>
  mimeType === "" ? new TextDecoder().decode(bytes) : { mimeType, bytes };
