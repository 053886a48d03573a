/** What the speech detector is given at a time. */

/** Samples of one window: 32 ms at 16 kHz. */
export const windowSamples = 512;
