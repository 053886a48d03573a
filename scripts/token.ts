/**
 * `AUTH_SECRET=… npm run token -- --user ann`: a token that lets somebody in, for an hour unless said otherwise.
 *
 * `--app`, `--user` and `--session` bind it to what they name; without them it is good for all.
 */
import { parseArgs } from "node:util";
import { sign } from "hono/jwt";

const { values } = parseArgs({
  options: {
    app: { type: "string" },
    user: { type: "string" },
    session: { type: "string" },
    minutes: { type: "string", default: "60" },
  },
});
const secret = process.env["AUTH_SECRET"];
if (!secret) {
  console.error("parley: AUTH_SECRET is not set: give the one the server has.");
  process.exit(1);
}
const { minutes, ...claims } = values;
const exp = Math.floor(Date.now() / 1000) + Number(minutes) * 60;
console.log(await sign({ ...claims, exp }, secret, "HS256"));
