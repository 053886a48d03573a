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
  {
    rules: ["RUN15"],
    file: "src/conversation/connections.ts",
    find: ' &&\n  mayTakeRole(role, "speaker");',
    replace: ";",
    test: "worker test/worker/run-artifacts.test.ts",
  },
  {
    rules: ["BUDGET15"],
    file: "src/conversation/token-lifetimes.ts",
    find: "    for (const module of this.#context.modules) module.onRenewing?.(connection);\n",
    replace: "",
    test: "worker test/worker/budget-accounts.test.ts",
  },
  {
    rules: ["BUDGET15"],
    file: "src/conversation/token-lifetimes.ts",
    find: "const error = spent ?? this",
    replace: "const error = this",
    test: "worker test/worker/budget-accounts.test.ts",
  },
  {
    rules: ["ROLE10"],
    file: "src/conversation/phone-calls.ts",
    find: ", person: `call ${call}` }",
    replace: " }",
    test: "worker test/worker/phone.test.ts",
  },
  {
    rules: ["ROLE10"],
    file: "src/conversation/token-lifetimes.ts",
    find: "      formerPersons: formerPersons(before, person),\n",
    replace: "",
    test: "worker test/worker/capacity.test.ts",
  },
  {
    rules: ["ROLE10"],
    file: "src/protocols/live-api/auth-tokens-route.ts",
    find: "(isNamedUser(user) || grant.bound.session !== undefined)",
    replace: "isNamedUser(user)",
    test: "worker test/worker/capacity.test.ts",
  },
  {
    rules: ["LIMIT23"],
    file: "src/protocols/live-api/auth-tokens-route.ts",
    find: "const isNamed = user !== undefined && isNamedUser(user);",
    replace: "const isNamed = user !== undefined;",
    test: "worker test/worker/new-conversations.test.ts",
  },
  {
    rules: ["TOKEN12"],
    file: "src/directory.ts",
    find: "Math.max(until, known ?? 0)",
    replace: "until",
    test: "worker test/worker/token-lifetime.test.ts",
  },
  {
    rules: ["TOKEN12"],
    file: "src/directory.ts",
    find: "known === undefined && current.length",
    replace: "current.length",
    test: "worker test/worker/token-lifetime.test.ts",
  },
  {
    rules: ["TOKEN5"],
    file: "src/access/claims.ts",
    find: "text.isWellFormed()",
    replace: "text !== undefined",
    test: "core test/core/token-claims.test.ts",
  },
  {
    rules: ["PHONE27"],
    file: "src/protocols/phone/call-request.ts",
    find: 'signsAddress && req.query("outbound") === "1"',
    replace: 'req.query("outbound") === "1" || signsAddress === undefined',
    test: "worker test/worker/phone.test.ts",
  },
  {
    rules: ["LIVE9"],
    file: "src/protocols/live-api/resume-target.ts",
    find: "  if (isClientError(target)) return undefined;\n",
    replace: "  if (isClientError(target)) return { app, user, session };\n",
    test: "worker test/worker/live-handle.test.ts",
  },
  {
    rules: ["ROLE11"],
    file: "src/conversation/requests.ts",
    find: "if (isPhone(each.attachment.protocol)) endCall(this.#context.object.storage);",
    replace: "",
    test: "worker test/worker/phone.test.ts",
  },
];
