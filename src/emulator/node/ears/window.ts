/** The window size of the speech detector. */

/** 32 ms at 16 kHz. */
export const windowSamples = 512;
