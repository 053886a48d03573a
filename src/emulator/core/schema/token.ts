/** The body of a token request. Gemini API: AuthToken. */
import type { Setup } from "../protocol/messages.ts";

export interface TokenRequest {
  /** 0 allows unlimited sessions. */
  readonly uses?: number;
  readonly expireTime?: string;
  readonly newSessionExpireTime?: string;
  readonly bidiGenerateContentSetup?: Setup;
  readonly fieldMask?: string;
}
