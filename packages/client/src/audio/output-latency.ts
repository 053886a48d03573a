/** How long a sound takes from the audio thread to the loudspeaker, as far as the browser tells. */

/**
 * Firefox on Linux was seen to stop for good with a busy processor, its request to PulseAudio waiting for the lock of the
 * thread that waits for the page's audio graph. The latency is such a request, made as playback starts.
 */
const mayNotReturn = /Linux.*Firefox\//;

/** @returns ms; 0 where the browser does not tell. Safari lacks `outputLatency`. */
export function outputLatencyMs(
  context: Partial<Pick<AudioContext, "outputLatency">>,
  userAgent = navigator.userAgent,
): number {
  return mayNotReturn.test(userAgent) ? 0 : (context.outputLatency ?? 0) * 1000;
}
