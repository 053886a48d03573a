import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { claimAudioSession } from "../../../packages/client/src/audio/audio-session.ts";

describe("[AUDIO46] the audio session of iOS is of the page's own type after the call", () => {
  let audioSession: { type: string };
  beforeEach(() => {
    audioSession = { type: "ambient" };
    vi.stubGlobal("navigator", { audioSession });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("once the last player and the last microphone are closed", () => {
    const closePlayer = claimAudioSession("playback");
    expect(audioSession.type).toBe("playback");
    const closeMicrophone = claimAudioSession("play-and-record");
    expect(audioSession.type).toBe("play-and-record");
    closeMicrophone();
    expect(audioSession.type).toBe("playback");
    closePlayer();
    expect(audioSession.type).toBe("ambient");
    audioSession.type = "auto";
    closePlayer();
    claimAudioSession("play-and-record")();
    expect(audioSession.type).toBe("auto");
  });

  test("a microphone that is open after the player keeps its type", () => {
    const closePlayer = claimAudioSession("playback");
    const closeMicrophone = claimAudioSession("play-and-record");
    closePlayer();
    expect(audioSession.type).toBe("play-and-record");
    closeMicrophone();
    expect(audioSession.type).toBe("ambient");
  });

  test("a browser without one is left alone", () => {
    vi.stubGlobal("navigator", {});
    expect(() => claimAudioSession("playback")()).not.toThrow();
  });
});
