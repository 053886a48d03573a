/** Mutations of who somebody is, and what a token permits. */
import type { Mutation } from "./mutation.ts";
import { callerNames } from "./caller-names.ts";
import { origins } from "./origins.ts";
import { ownSetups } from "./own-setups.ts";
import { participants } from "./participants.ts";
import { tokenClaims } from "./token-claims.ts";
import { tokenLifetimes } from "./token-lifetimes.ts";

export const identity: readonly Mutation[] = [
  ...callerNames,
  ...tokenClaims,
  ...tokenLifetimes,
  ...ownSetups,
  ...origins,
  ...participants,
];
