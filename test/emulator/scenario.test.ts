import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/emulator/core/scenario.ts";

const fault = (what: unknown, when: unknown = {}): object => ({ faults: [{ when, what }] });

describe("scenarios", () => {
  test("[EMU55] replies and faults are parsed", () => {
    const scenario = readScenario({
      lines: [
        {
          when: { words: "^time" },
          steps: [{ say: "Noon." }, { call: [{ name: "f", args: {} }] }],
        },
        { when: { toolResponse: true }, steps: [{ think: "hm" }] },
      ],
      loop: true,
      faults: [
        { when: { connection: 1, turn: 2, afterMs: 3 }, what: { close: "deadline" } },
        { what: { goAway: { timeLeft: "1.5s", end: { code: 4000 } } } },
      ],
    });
    expect(scenario.script?.lines).toHaveLength(2);
    expect(scenario.faults).toMatchObject([
      { what: { close: { code: 1011 } } },
      { what: { goAway: { timeLeftMs: 1500, end: { code: 4000, reason: "" } } } },
    ]);
    expect(readScenario({})).toEqual({ script: undefined, faults: [], options: {} });
  });

  test("[EMU55] options for behaviour that the service leaves open are parsed", () => {
    const tools = { unknownCall: 1008, cancellation: true, reissue: 0.5 };
    const connection = { lifeMs: 1000, warningMs: 0, close: { code: 4001, reason: "" } };
    expect(readScenario({ tools, connection }).options).toEqual({ tools, connection });
    expect(readScenario({ interimMs: 500 }).options).toEqual({ interimMs: 500 });
    expect(readScenario({ connection: "unwarned" }).options.connection).toBe("unwarned");
  });

  test.each([
    [{ tools: 1 }, '"tools" must be an object.'],
    [{ tools: { cancelation: true } }, '"tools" has no "cancelation"; there is unknownCall,'],
    [{ tools: { unknownCall: "1007" } }, '"tools": "unknownCall" must be "ignored" or 1007 or'],
    [{ tools: { cancellation: 1 } }, '"tools": "cancellation" must be true or false.'],
    [{ tools: { reissue: 2 } }, '"tools": "reissue" must be a number from 0 to 1.'],
    [{ interimMs: 0 }, '"interimMs" must be a whole number from 1.'],
    [{ connection: { lifeMs: 0 } }, '"connection": "lifeMs" must be a whole number from 1.'],
    [{ connection: { close: "no" } }, '"connection": "close" must be {"code", "reason"} or'],
    [[], "A script must be an object."],
    [
      { line: [] },
      'The script has no "line"; there is lines, loop, faults, tools, connection, interimMs.',
    ],
    [{ loop: 1 }, '"loop" must be true or false.'],
    [{ lines: [{}] }, 'Line 1 must have "steps", a list.'],
    [{ lines: [{ when: { words: "(" }, steps: [] }] }, 'Line 1: "when" must be'],
    [{ lines: [{ steps: [{ say: 1 }] }] }, "Line 1: a step is"],
    [{ lines: [{ steps: [{ say: "a", think: "b" }] }] }, "Line 1: a step is"],
    [{ faults: {} }, "The faults must be a list."],
    [{ faults: [3] }, 'Fault 1 must be an object with "when" and "what".'],
    [fault({ freeze: true }, { turns: 1 }), 'Fault 1: "when" has no "turns"'],
    [fault({ freeze: true }, { turn: 0 }), 'Fault 1: "turn" must be a whole number from 1.'],
    [
      fault({ freeze: true }, { afterMs: 1.5 }),
      'Fault 1: "afterMs" must be a whole number from 0.',
    ],
    [fault({ freeze: true }, { turn: 1, message: 1 }), "a turn, a message or an interruption"],
    [fault({ freeze: true, reset: true }), 'Fault 1: "what" must be one of goAway, close'],
    [fault({ toString: true }), 'Fault 1: "what" must be one of goAway, close'],
    [fault({ freeze: 1 }), 'Fault 1: "freeze" must be true.'],
    [fault({ close: { code: 1005 } }), 'Fault 1: "close" must be {"code", "reason"} or one of'],
    [fault({ close: { code: 2000 } }), 'Fault 1: "close" must be'],
    [fault({ close: "nothing" }), 'Fault 1: "close" must be'],
    [fault({ goAway: { timeLeft: 10 } }), '"timeLeft" must be like "10s".'],
    [fault({ setup: "slow" }), 'Fault 1: "setup" must be "never" or {"delayMs"}.'],
    [fault({ send: [] }), 'Fault 1: "send" must be an object: the frame.'],
    [fault({ pace: 0 }), 'Fault 1: "pace" must be a number above 0.'],
    [fault({ handle: "gone" }), 'Fault 1: "handle" must be "invalid" or "poisoned".'],
  ])("[EMU55] %j is refused in one sentence", (script, sentence) => {
    expect(() => readScenario(script)).toThrow(sentence);
  });
});
