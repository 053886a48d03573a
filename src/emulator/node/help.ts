/** The text of `--help`. */
export const helpText = `A Gemini Live API on this machine: no key, no network, real speech.

Usage: npm run emulator -- [options]      in a clone
       npx parley-emulator [options]      installed as a package

  --port N           the port; EMULATOR_PORT is read too   (8788)
  --host NAME        the address to listen on; EMULATOR_HOST is read too (127.0.0.1)
  --tls              speak https and wss, with a certificate created on start
  --profile NAME     answer as this model, whichever one a client names
  --script FILE      scripted replies and faults, as JSON
  --seed N           repeat the same random choices on every run
  --speed N          let connections, handles and sessions age N times faster; speech stays real time
  --record FILE      append every frame as a line of JSON; never keys
  --replay FILE      replay the answers of a recording
  --text-frames      send text frames, unlike the service, which sends binary ones
  --compact-frames   send frames without indentation
  --help             this text

EMULATOR_LLM_URL, EMULATOR_LLM_MODEL, EMULATOR_LLM_KEY: generate replies with any server that offers OpenAI's
chat completions API, instead of by rules.

Clients: give an SDK http://localhost:8788 as its base URL and any key but "invalid" or "expired".
Inspect: http://localhost:8788/_emulator/stats, /_emulator/sessions, /_emulator/frames?connection=1,
/_emulator/health, with --tls /_emulator/certificate. POST a fault to /_emulator/faults.`;
