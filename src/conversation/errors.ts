/** Errors that a conversation sends to one client. */
import { clientError, rateLimited, type ClientError } from "../core/errors.ts";
import type { Role } from "../wire/parley-v1.ts";
import { cutText } from "../wire/text.ts";

export const noPendingApproval = (): ClientError =>
  clientError(
    "BAD_FRAME",
    "The frame was ignored: no call waits for approval under this id. It was decided already, or was given up. The conversation goes on.",
  );

export const unknownLongRunningCall = (id: string): ClientError =>
  clientError(
    "NOT_FOUND",
    `No long-running call with the id ${JSON.stringify(cutText(id, 64))} was made here, so its answer was not taken. The conversation goes on.`,
  );

export const answeredLongRunningCall = (id: string): ClientError =>
  clientError(
    "CALL_NOT_OPEN",
    `The call ${JSON.stringify(cutText(id, 64))} was answered already, or has ended, so this answer was not taken. The conversation goes on.`,
  );

/** @param name of the function that was called. */
export const anotherFunction = (id: string, name: string): ClientError =>
  clientError(
    "BAD_FRAME",
    `The answer was not taken: the call ${JSON.stringify(cutText(id, 64))} is one of ${JSON.stringify(cutText(name, 64))}, and the answer names another function. The call is still open; answer it by that name. The conversation goes on.`,
  );

/** @param call the id, or the name of the function. */
export const callNotOpen = (call: string): ClientError =>
  clientError(
    "CALL_NOT_OPEN",
    `No call ${JSON.stringify(cutText(call, 64))} waits for an answer of this client: it was answered, was cancelled, or was never made here. This answer was not taken; the conversation goes on.`,
  );

/** @param what the kind of data that no hook reads. */
export const unreadableInput = (what: string): ClientError =>
  clientError(
    "BLOCKED",
    `The message was not sent: this agent checks all words before its model gets them, and ${cutText(what, 64)} cannot be checked. Send its contents as text.`,
  );

/** @param mimeType of the audio or video. */
export const recordingInContents = (mimeType: string): ClientError =>
  clientError(
    "BLOCKED",
    `The message was not sent: it holds ${cutText(mimeType, 64)}, which no message takes. Send sound as realtimeInput.audio and pictures as realtimeInput.video; the conversation goes on.`,
  );

export const turnTooLong = (): ClientError =>
  clientError(
    "BUFFER_FULL",
    "It was not taken: the turn that it belongs to has come in too many pieces for this agent's check of words. What was sent before is kept; complete the turn (`turnComplete`) without words, and go on in another.",
  );

export const unrewritableWords = (): ClientError =>
  clientError(
    "BLOCKED",
    "It was not taken: this agent's check of words would change it, and it can only be taken as it is. Leave out what the agent may not be told.",
  );

/** The text is ADK's. */
export const sessionNotFound = (): ClientError => clientError("NOT_FOUND", "Session not found");

/** The text is the service's own. */
export const setupFirst = (): ClientError =>
  clientError("BAD_FRAME", "Request contains an invalid argument: the first message is setup.");

/** ADK's sample sends "Session not found" alone. */
export const noSseClient = (): ClientError =>
  clientError(
    "NOT_FOUND",
    "Session not found: no client with your token follows this conversation by server-sent events, so there is nowhere to answer. Open /events first.",
  );

/** @param role of the event stream, which a POST with a higher one does not raise. */
export const streamMayNotSend = (role: Role): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `The message was not sent: the event stream that it belongs to is that of ${/^[aeiou]/.test(role) ? "an" : "a"} ${role}. Open /events again, with a token that may speak; the conversation goes on.`,
  );

export const streamOfOtherBudget = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "The message was not sent: the budget of its token is not that of the event stream that it belongs to. Open /events again with the token that you send with; the conversation goes on.",
  );

export const frameFailed = (): ClientError =>
  clientError(
    "INTERNAL",
    "The server could not handle this frame, and ignored it. The conversation goes on; if the same frame fails again, tell the server's operator.",
  );

export const tooManyUnjoined = (count: number): ClientError =>
  clientError(
    "TOO_MANY_PENDING",
    `${count} connections of this client have sent no first message (hello, setup). Use one of them, or try again in ten seconds.`,
  );

export const firstMessageMissing = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "No first message (hello, setup) came within ten seconds. Connect again, and send it first.",
  );

export const streamNotExpected = (): ClientError =>
  clientError(
    "NOT_ALLOWED",
    "No telephone call of this conversation waits for a stream. Nothing was changed. A provider must ask the webhook first, and open the stream within a minute.",
  );

export const floorTaken = (): ClientError =>
  clientError(
    "FLOOR_TAKEN",
    "Another participant is speaking, so your microphone is not heard right now. Speak when they are done.",
  );

export const slowConsumer = (): ClientError =>
  clientError(
    "SLOW_CONSUMER",
    "You did not take in what was sent to you for ten seconds. Come back when your line is better.",
  );

export const roleNotGranted = (granted: Role): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `You may be ${granted}, or less. A higher role needs a token that grants it. You are here with the role you had.`,
  );

export const draftTooLong = (maxCharacters: number): ClientError =>
  clientError(
    "BAD_FRAME",
    `The frame was ignored: partial content has more than ${maxCharacters} characters by now. What came before it is kept; send the rest without "partial". The conversation goes on.`,
  );

export const unknownParticipant = (): ClientError =>
  clientError(
    "NOT_FOUND",
    "No participant has this id, so nothing was changed. The conversation goes on.",
  );

/** @param reason the operator's. */
export const removed = (
  reason = "An operator has removed you from this conversation.",
): ClientError => clientError("REMOVED", reason);

export const removedBefore = (minutes: number): ClientError =>
  clientError(
    "REMOVED",
    `An operator has removed you from this conversation. You may come back in ${minutes} min.`,
  );

export const tooManyMalformed = (): ClientError =>
  clientError(
    "TOO_MANY_FRAMES",
    "Frames are dropped for a second: too many of this client, over all its connections, could not be read. What came before is kept. The conversation goes on.",
  );

export const tooMuchAudio = (waitMs: number): ClientError =>
  rateLimited(
    "Microphone audio was dropped: it came faster than it is spoken. What was heard before is kept. Send audio as it is recorded; the server hears it again",
    waitMs,
  );

export const tooManySessions = (waitMs: number): ClientError =>
  rateLimited(
    "Too many sessions were begun or resumed in this conversation. Open ones go on; connect again",
    waitMs,
  );

export const tooManyNewConversations = (perMinute: number, waitMs: number): ClientError =>
  rateLimited(
    `This conversation was not begun: a user begins at most ${perMinute} a minute. Existing ones go on; begin this one`,
    waitMs,
  );

export const tooManyConversations = (most: number): ClientError =>
  clientError(
    "DIRECTORY_FULL",
    `This conversation was not begun: the user has ${most} with this agent, and no more are kept. They go on; delete some, and begin it again.`,
  );

export const tooManyPictures = (perSecond: number, waitMs: number): ClientError =>
  rateLimited(
    `Pictures were dropped: at most ${perSecond} a second are taken. Earlier ones are kept; the next one is taken`,
    waitMs,
  );

export const tooManyChanges = (waitMs: number): ClientError =>
  rateLimited(
    "Nothing was changed: this client changes the state, or interrupts, too often or too much at once. Earlier changes are kept; send it again",
    waitMs,
  );

export const tooManyMarks = (waitMs: number): ClientError =>
  rateLimited(
    "The mark was not taken: this client marks the beginnings and ends of its speech too often. What was heard before is kept, and speech that has begun may end; mark it again",
    waitMs,
  );

export const tooMuchProgress = (waitMs: number): ClientError =>
  rateLimited(
    "The progress of this call was not taken: this client reports it too often or too much at once. Earlier progress is kept, and the call is still open; report it again",
    waitMs,
  );

export const storageFull = (bytes: number): ClientError =>
  clientError(
    "STATE_FULL",
    `Nothing was changed: this conversation stores more than ${bytes} bytes, and keeps every change. What was said and stored is kept, and the conversation goes on; begin another one to change the state.`,
  );

export const tooManyTurns = (perMinute: number, waitMs: number): ClientError =>
  rateLimited(
    `The message was not sent: at most ${perMinute} typed messages a minute are taken. All messages before it are kept; send it again`,
    waitMs,
  );

export const tooManyToolCalls = (count: number): ClientError =>
  clientError(
    "TOO_MANY_TOOL_CALLS",
    `The agent called its tools ${count} times in a row without a word, and was stopped. The conversation is kept, and so is what the calls did: say or type something to go on.`,
  );

export const runTooLong = (started: boolean): ClientError =>
  clientError(
    "RUN_TOO_LONG",
    started
      ? "The answer was not over after 60 s. What was said until now is kept in the session, and the rest will be: read it there."
      : "The message waited for 60 s while others talked, and was not said. The session is as it was; send it again.",
  );

export const conversationEnded = (started: boolean): ClientError =>
  clientError(
    "NOT_FOUND",
    started
      ? "The conversation was ended before the answer was over. If the session is still there, what was said until then is kept in it."
      : "The conversation was ended while the message waited for its turn, so it was not said. If the session is still there, send it again.",
  );

export const endedBeforeVerdict = (): ClientError =>
  clientError(
    "NOT_FOUND",
    "The conversation was ended while the agent's author still had your message checked, so the agent did not get it. Connect again, and send it again.",
  );

export const runQueueFull = (): ClientError =>
  clientError(
    "RUN_QUEUE_FULL",
    "Too many messages wait for their turn in this session, so this one was not taken. Send it again later.",
  );

export const tooManyPending = (): ClientError =>
  clientError(
    "TOO_MANY_PENDING",
    "Too many messages wait to be checked, so this one was not taken. Send it again in a moment.",
  );
