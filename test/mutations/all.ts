/** Every mutation, by what it leaves unprotected. */
import type { Mutation } from "./mutation.ts";
import { endings } from "./endings.ts";
import { identity } from "./identity.ts";
import { limits } from "./limits.ts";
import { messages } from "./messages.ts";
import { requests } from "./requests.ts";
import { words } from "./words.ts";

export const mutations: Readonly<Record<string, readonly Mutation[]>> = {
  identity,
  words,
  limits,
  requests,
  messages,
  endings,
};
