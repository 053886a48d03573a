/**
 * `AUTH_SECRET=… npm run token -- --user ann`: prints a token, valid for an hour or for `--minutes`.
 *
 * `--app`, `--user` and `--session` bind it to one value each; without them it is valid for all. `--role` is the
 * highest role of its bearer: operator, speaker (the default), listener or observer. `--setup own` permits a Live API
 * client an instruction, tools and a model of its own.
 *
 * stdout has the token alone; stderr has the page's address with it, at `PUBLIC_URL` or on this machine at `PORT`.
 */
import { parseArgs } from "node:util";
import { sign } from "hono/jwt";
import { isRole, roles } from "../src/wire/parley-v1.ts";

const options = {
  app: { type: "string" },
  user: { type: "string" },
  session: { type: "string" },
  role: { type: "string" },
  setup: { type: "string" },
  minutes: { type: "string", default: "60" },
} as const;
const values = read(process.argv.slice(2));
const secret = process.env["AUTH_SECRET"];
const { minutes, ...claims } = values;
if (!secret) fail("AUTH_SECRET is not set: give the one the server has.");
if (claims.role !== undefined && !isRole(claims.role))
  fail(`--role is "${claims.role}", and there are ${roles.join(", ")}.`);
if (claims.setup !== undefined && claims.setup !== "own" && claims.setup !== "agent")
  fail(`--setup is "${claims.setup}": give own or agent.`);
if (secret.length < 16)
  fail(`AUTH_SECRET has ${secret.length} characters: the server takes no secret of fewer than 16.`);
if (!(Number(minutes) > 0 && Number.isFinite(Number(minutes))))
  fail(`--minutes is "${minutes}": give a number above 0.`);
const exp = Math.floor(Date.now() / 1000 + Number(minutes) * 60);
const token = await sign({ ...claims, iat: Math.floor(Date.now() / 1000), exp }, secret, "HS256");
console.log(token);
// Not to stdout: programs read the token from there.
console.error(`parley: open ${pageAddress(token)}`);

/** The page's address with the token in its fragment, which a browser sends to no server. */
function pageAddress(token: string): string {
  const { PUBLIC_URL = "", PORT = "8787" } = process.env;
  const page = URL.parse(PUBLIC_URL) ?? new URL(`http://127.0.0.1:${PORT}/`);
  const names = { agent: claims.app, user: claims.user, session: claims.session };
  for (const [name, value] of Object.entries(names))
    if (value !== undefined) page.searchParams.set(name, value);
  page.hash = `token=${token}`;
  return page.href;
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
