/** How long a sound takes from the audio thread to the loudspeaker, as far as the browser tells. */

/**
 * In Firefox on Linux the main thread can wait for ever for `outputLatency`: it holds the lock of the audio graph and waits
 * for PulseAudio's, whose thread waits for the graph.
 */
const mayNotReturn = /Linux.*Firefox\//;

/** @returns ms; 0 where the browser does not tell. Safari lacks `outputLatency`. */
export function outputLatencyMs(
  context: Partial<Pick<AudioContext, "outputLatency">>,
  userAgent = navigator.userAgent,
): number {
  return mayNotReturn.test(userAgent) ? 0 : (context.outputLatency ?? 0) * 1000;
}
