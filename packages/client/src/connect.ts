/** Makes a call from options: the way into this package. */
import { hostWorklets } from "./audio/worklets.ts";
import { Call } from "./call.ts";
import type { SavedCall } from "./call-state.ts";
import type { TurnTaking } from "./audio/turn-taking.ts";
import type { OpusCodecs } from "./connection/opus-codecs.ts";
import { ParleyConnection } from "./connection/parley-connection.ts";
import { createPlatform, type GetToken } from "./connection/platform.ts";
import { chooseAddress, socketUrl, type SessionSettings } from "./conversation-address.ts";
import type { DeviceChoice } from "./devices.ts";
import { emptyCaptions } from "./state/captions.ts";
import { roleMaySpeak } from "./state/participants.ts";
import { noProducts } from "./state/products.ts";
import type { Role } from "../../../src/wire/parley-v1.ts";

export interface ConnectOptions {
  /** The server, such as `https://voice.example.com`. In a browser, by default the one that the page is from. */
  readonly url?: string | URL;
  /** By default the one of the token's claims (`app`), else the server's default agent. */
  readonly agent?: string;
  /** By default the one of the token's claims, else a new one. */
  readonly user?: string;
  /** By default the one of the token's claims, else a new one. Clients of the same agent, user and session are in the same conversation. */
  readonly session?: string;
  /** A lower role than the token grants, such as `listener`. */
  readonly role?: Role;
  readonly settings?: SessionSettings;
  /** `call.renewToken` replaces it. */
  readonly token?: string;
  /** In place of `token`: called before each connect, and again before the token expires. */
  readonly getToken?: GetToken;
  /**
   * The folder with the package's files `microphone-worklet.js` and `player-worklet.js`, as the page hosts them. By
   * default their code is loaded as a Blob, which a Content-Security-Policy allows by `script-src blob:`. It holds for
   * all calls of the page.
   */
  readonly worklets?: string | URL;
  /** Offers Opus where the browser has it. By default audio is PCM. */
  readonly opus?: boolean;
  /** By default `automatic`. What each way costs and gains: docs/clients.md, "Turn-taking". */
  readonly turnTaking?: TurnTaking;
  /** Where `voice-worker.js` and its two files are, for the turn-taking `detection`: by default `/assets/voice-worker.js`. */
  readonly detectorUrl?: string;
  /** Ids of devices that the user chose earlier, as in `call.state.devices.chosen`. */
  readonly devices?: DeviceChoice;
  /** `call.saved` of an earlier client of the same conversation, such as this page before its reload. */
  readonly saved?: Partial<SavedCall>;
}

/** Connects. The devices stay closed until `start`, which must be called from a user gesture. */
export function connect(options: ConnectOptions = {}): Call {
  const call = createCall({ ...options, url: options.url ?? ownOrigin() });
  call.open();
  return call;
}

/**
 * Like `connect`, but stays closed until `open`, `start` or `sendText`. Asks the page for nothing before: a server may
 * render it.
 */
export function createCall(options: ConnectOptions = {}): Call {
  if (options.worklets !== undefined) hostWorklets(options.worklets);
  const { url, role, saved, turnTaking = "automatic" } = options;
  const origin = url && new URL(url).origin;
  const addressFor = chooseAddress(options);
  if (options.token !== undefined && !options.getToken) addressFor(options.token);
  const connection = new ParleyConnection(
    (token) =>
      socketUrl(origin ?? ownOrigin(), addressFor(token), {
        role,
        marksTurns: marksTurns(turnTaking),
        settings: options.settings,
      }),
    createPlatform({ ...options, opus: options.opus ? loadOpus() : undefined }),
    saved?.snapshot,
  );
  const content = { captions: emptyCaptions, products: noProducts, ...saved };
  const { devices = {}, detectorUrl = "/assets/voice-worker.js" } = options;
  return new Call({
    address: addressFor,
    connection,
    saved: content,
    maySpeak: roleMaySpeak(role),
    voice: { devices, turnTaking, detectorUrl },
  });
}

/** The service need not detect speech that this client marks. */
const marksTurns = (turnTaking: TurnTaking): boolean =>
  turnTaking === "detection" || turnTaking === "push-to-talk";

function ownOrigin(): string {
  if ("location" in globalThis) return location.origin;
  throw new Error(
    'There is no page to take the server from: pass it, as in connect({ url: "https://…" }).',
  );
}

function loadOpus(): () => OpusCodecs | undefined {
  let codecs: OpusCodecs | undefined;
  // Most clients do not ask for it. Without its code audio is PCM.
  void import("./audio/opus.ts")
    .then(({ findOpusCodecs }) => findOpusCodecs())
    .then(
      (found) => (codecs = found),
      () => undefined,
    );
  return () => codecs;
}
