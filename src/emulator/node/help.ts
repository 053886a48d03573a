/** What `--help` says. */
export const helpText = `A Gemini Live API on this machine: no key, no network, real speech.

Usage: npm run emulator -- [options]      in a clone
       parley-emulator [options]          installed, or where it is installed: parley-emulator [options]

  --port N           the port; EMULATOR_PORT is read too   (8788)
  --host NAME        the address to listen on              (127.0.0.1)
  --tls              speak https and wss, with a certificate made on the spot
  --profile NAME     answer as this model, whatever is asked for
  --script FILE      what the model says, and what goes wrong: JSON
  --seed N           draw the same numbers on every run
  --speed N          let connections, handles and sessions age N times faster; speech stays real time
  --record FILE      append all that travels, a line of JSON a frame; never keys
  --replay FILE      answer as a recording does, instead of thinking
  --text-frames      send text frames; the service sends binary ones
  --compact-frames   send frames without indentation
  --help             this text

EMULATOR_LLM_URL, EMULATOR_LLM_MODEL, EMULATOR_LLM_KEY: think with any server that speaks OpenAI's chat
completions, instead of with rules.

Clients: give an SDK http://localhost:8788 as its base URL and any key but "invalid" or "expired".
Look in: http://localhost:8788/_emulator/stats, /_emulator/sessions, /_emulator/frames?connection=1,
/_emulator/health, with --tls /_emulator/certificate. POST a fault to /_emulator/faults.`;
