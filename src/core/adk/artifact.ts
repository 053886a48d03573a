/** Artifacts as tools and clients see them (ADK): a text or a file, under a name that an address can hold. */

/** A text, or a file as its bytes. */
export type FileContent = string | { readonly mimeType: string; readonly bytes: Uint8Array };

/** A file as it is stored: `mimeType` is "" for text. */
export interface StoredFile {
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export const maxArtifactNameCharacters = 512;

/** An artifact's name and, after `/versions`, its version in an address: at most two segments at the end. */
export const versionAddress = /^(.+)\/versions((?:\/[^/]+){0,2})$/s;

/** Whether an address can name an artifact: URLs drop the segments `.` and `..`, and `/versions` begins a version. */
export const isUsableArtifactName = (name: string): boolean =>
  name.isWellFormed() &&
  name.length <= maxArtifactNameCharacters &&
  !/\p{Cc}/u.test(name) &&
  !versionAddress.test(name) &&
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
