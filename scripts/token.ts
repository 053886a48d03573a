/**
 * `AUTH_SECRET=… npm run token -- --user ann`: prints a token, valid for an hour or for `--minutes`.
 *
 * `--app`, `--user` and `--session` bind it to one value each; without them it is valid for all. `--role` is the
 * highest role of its bearer: operator, speaker (the default), listener or observer. `--setup own` permits a Live API
 * client an instruction, tools and a model of its own. `--agents`, `--protocols` and `--models` are lists, with commas.
 * `--usd`, `--budget-minutes` and `--tokens` are its budget. `--sub` and `--jti` name its person and itself.
 *
 * stdout has the token alone; stderr has the page's address with it, at `PUBLIC_URL` or on this machine at `PORT`.
 */
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { sign } from "hono/jwt";
import { readClaims } from "../src/access/claims.ts";

const options = {
  app: { type: "string" },
  user: { type: "string" },
  session: { type: "string" },
  role: { type: "string" },
  setup: { type: "string" },
  minutes: { type: "string", default: "60" },
  agents: { type: "string" },
  protocols: { type: "string" },
  models: { type: "string" },
  usd: { type: "string" },
  "budget-minutes": { type: "string" },
  tokens: { type: "string" },
  sub: { type: "string" },
  jti: { type: "string" },
} as const;
const values = read(process.argv.slice(2));
const secret = process.env["AUTH_SECRET"];
const { app, user, session } = values;
if (!secret) fail("AUTH_SECRET is not set: give the one the server has.");
if (secret.length < 16)
  fail(`AUTH_SECRET has ${secret.length} characters: the server takes no secret of fewer than 16.`);
const now = Math.floor(Date.now() / 1000);
const claims = { ...claimsOf(values), iat: now, exp: Math.floor(now + numberOf("minutes") * 60) };
const fault = await readClaims(claims, "secret", Date.now());
if ("fault" in fault)
  fail(
    fault.fault === "refused"
      ? fault.message.replace(/ Ask for another one\.$/, "")
      : "The token has expired.",
  );
const token = await sign(claims, secret, "HS256");
console.log(token);
// Not to stdout: programs read the token from there.
console.error(`parley: open ${pageAddress(token)}`);

/** The page's address with the token in its fragment, which a browser sends to no server. */
function pageAddress(token: string): string {
  const { PUBLIC_URL = "", PORT = "8787" } = process.env;
  const page = URL.parse(PUBLIC_URL) ?? new URL(`http://127.0.0.1:${PORT}/`);
  const names = { agent: app ?? claims.agents?.[0], user, session };
  for (const [name, value] of Object.entries(names))
    if (value !== undefined) page.searchParams.set(name, value);
  page.hash = `token=${token}`;
  return page.href;
}

/** A budget counts by the token's name: without one it gets one. */
function claimsOf({ usd, tokens, agents, protocols, models, jti, ...given }: typeof values) {
  const { "budget-minutes": budgetMinutes, minutes: _, ...named } = given;
  const hasBudget = [usd, budgetMinutes, tokens].some((each) => each !== undefined);
  return {
    ...named,
    ...(agents !== undefined && { agents: listOf(agents) }),
    ...(protocols !== undefined && { protocols: listOf(protocols) }),
    ...(models !== undefined && { models: listOf(models) }),
    ...(hasBudget && {
      budget: {
        ...(usd !== undefined && { usd: numberOf("usd") }),
        ...(budgetMinutes !== undefined && { minutes: numberOf("budget-minutes") }),
        ...(tokens !== undefined && { tokens: numberOf("tokens") }),
      },
    }),
    ...((jti ?? hasBudget) && { jti: jti ?? randomUUID() }),
  };
}

function listOf(text: string): string[] {
  const entries = text.split(",").map((each) => each.trim());
  return entries.filter(Boolean);
}

function numberOf(name: "minutes" | "usd" | "budget-minutes" | "tokens"): number {
  const number = Number(values[name]);
  return number > 0 && Number.isFinite(number)
    ? number
    : fail(`--${name} is "${values[name]}": give a number above 0.`);
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    const known = Object.keys(options).map((name) => `--${name}`);
    return fail(`${reason?.replace(/\.$/, "")}: the options are ${known.join(", ")}.`);
  }
}

function fail(message: string): never {
  console.error(`parley: ${message}`);
  process.exit(1);
}
