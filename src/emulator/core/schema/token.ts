/** What a request for a token holds. Gemini API: AuthToken. */
import type { Setup } from "../protocol/messages.ts";

export interface TokenRequest {
  /** 0: without end. */
  readonly uses?: number;
  readonly expireTime?: string;
  readonly newSessionExpireTime?: string;
  readonly bidiGenerateContentSetup?: Setup;
  readonly fieldMask?: string;
}
