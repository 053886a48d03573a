/** What a conversation says to somebody whose wish it does not grant. */
import { problem, type Problem } from "../core/problem.ts";

export const notAnOperator = (): Problem =>
  problem(
    "NOT_ALLOWED",
    "Only an operator may approve or decline what an agent wants to do. Nothing was decided; the conversation goes on.",
  );

export const undecidable = (): Problem =>
  problem(
    "BAD_FRAME",
    "The frame was ignored: nothing waits for approval under this id. It was decided already, or was given up. The conversation goes on.",
  );

export const floorTaken = (): Problem =>
  problem(
    "FLOOR_TAKEN",
    "Somebody else is speaking, so your microphone is not heard right now. Speak when they are done.",
  );
