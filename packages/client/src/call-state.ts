/** The state of a call, for display: an immutable value, replaced at each change. */
import type { MicrophoneState } from "./audio/microphone-uplink.ts";
import type { TurnTaking } from "./audio/turn-taking.ts";
import type { CameraState } from "./camera-uplink.ts";
import type {
  BudgetUse,
  ConnectionSnapshot,
  ConnectionState,
  TokenUsage,
} from "./connection/connection.ts";
import { noDevices, type DeviceChoice, type DeviceList } from "./devices.ts";
import type { ApprovalRequest } from "./state/approvals.ts";
import type { Captions } from "./state/captions.ts";
import { noParticipants, type ParticipantList } from "./state/participants.ts";
import type { Products } from "./state/products.ts";

export interface CallState {
  readonly connection: ConnectionState;
  readonly mic: MicrophoneState;
  readonly turnTaking: TurnTaking;
  readonly devices: DeviceList;
  /** `holdToSpeak` was called, and `release` was not. */
  readonly pttHeld: boolean;
  /** The agent is audible. */
  readonly speaking: boolean;
  /** The speaker is open: what the agent says from here on is heard. */
  readonly audible: boolean;
  readonly answerPending: boolean;
  readonly camera: CameraState;
  readonly screen: CameraState;
  readonly captions: Captions;
  readonly products: Products;
  readonly participants: ParticipantList;
  /** The client may not speak: its role does not allow it, or an operator muted it. */
  readonly listenOnly: boolean;
  readonly tokens?: TokenUsage;
  /** The latest warning that most of a budget is used. */
  readonly budget?: BudgetUse;
  readonly approvalRequests: readonly ApprovalRequest[];
  /** A message to the user. */
  readonly notice?: string;
  /** The code of the error that `notice` tells, see `CallError`; BUDGET_LOW for `budget`. */
  readonly noticeCode?: string;
  /** The picture of the camera or the screen that was sent last. */
  readonly lastPicture?: Blob;
}

/** What an earlier client of the same conversation showed, and where it stopped. */
export interface SavedCall {
  readonly captions: Captions;
  readonly products: Products;
  readonly snapshot?: ConnectionSnapshot;
}

export const initialState = (
  connection: ConnectionState,
  { captions, products }: SavedCall,
  maySpeak: boolean,
  { devices, turnTaking }: { readonly devices: DeviceChoice; readonly turnTaking: TurnTaking },
): CallState => ({
  connection,
  mic: "off",
  turnTaking,
  devices: { ...noDevices, chosen: devices },
  pttHeld: false,
  speaking: false,
  audible: false,
  answerPending: false,
  camera: "off",
  screen: "off",
  approvalRequests: [],
  participants: noParticipants,
  listenOnly: !maySpeak,
  captions,
  products,
});
