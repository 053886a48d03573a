/** `@parley/client`: what a page, or a program in Node, imports. */
export { connect, createCall, type ConnectOptions } from "./connect.ts";
export type { Call } from "./call.ts";
export type { CallError, CallEvents, TranscriptPiece } from "./call-events.ts";
export type { CallState, SavedCall } from "./call-state.ts";
export type {
  CameraControl,
  DeviceControl,
  MicrophoneControl,
  ScreenControl,
  SpeakerControl,
} from "./device-controls.ts";
export { smoothLevel } from "./audio/loudness.ts";
export type { MicrophoneState } from "./audio/microphone-uplink.ts";
export type { AudioProcessing } from "./audio/microphone.ts";
export type { PlaybackStatistics } from "./audio/player-worklet.ts";
export { turnTakings, type TurnTaking } from "./audio/turn-taking.ts";
export type { Camera } from "./camera.ts";
export type { CameraState } from "./camera-uplink.ts";
export type {
  BudgetUse,
  ConnectionSnapshot,
  ConnectionState,
  ReceivedEvent,
  TokenUsage,
  WireFrame,
} from "./connection/connection.ts";
export type { GetToken } from "./connection/platform.ts";
export type { ConversationAddress, SessionSettings } from "./conversation-address.ts";
export {
  deviceKinds,
  type Device,
  type DeviceChoice,
  type DeviceKind,
  type DeviceList,
} from "./devices.ts";
export { randomId } from "./random-id.ts";
export {
  fetchServerInfo,
  unknownServerInfo,
  type AgentInfo,
  type ListPrices,
  type ServerInfo,
} from "./server-info.ts";
export {
  deleteSession,
  listSessions,
  readSessionEvents,
  renameSession,
  SessionsError,
  type SessionList,
  type SessionOwner,
  type StoredSession,
} from "./sessions-api.ts";
export type { ToolCall, ToolCallState } from "./state/tool-calls.ts";
export type { AnswerWait } from "./state/answer-wait.ts";
export { mayDecide, type ApprovalRequest } from "./state/approvals.ts";
export {
  emptyCaptions,
  finalize,
  type Caption,
  type CaptionNote,
  type CaptionState,
  type Captions,
} from "./state/captions.ts";
export { isMutedByOperator, isOperator, type ParticipantList } from "./state/participants.ts";
export { noProducts, type Cart, type Product, type Products } from "./state/products.ts";
export type { Source } from "./state/sources.ts";
export type { ToolActivity } from "./tool-activity.ts";
export type { Event } from "../../../src/wire/adk.ts";
export type { Participant, Role } from "../../../src/wire/parley-v1.ts";
