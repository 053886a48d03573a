/**
 * The way from an audio graph to a chosen loudspeaker.
 *
 *   AudioContext.setSinkId (Chromium)        source ──▶ destination
 *   else, for a chosen loudspeaker only      source ──▶ stream ──▶ <audio>.setSinkId (Firefox, Safari)
 *
 * The element costs a buffer of its own, some 50 ms: the default loudspeaker does without.
 */

type ContextWithSink = AudioContext & { setSinkId?: (id: string) => Promise<void> };
type ElementWithSink = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

export class AudioOutput {
  readonly #context: ContextWithSink;
  readonly #source: AudioNode;
  #element: ElementWithSink | undefined;
  /** One change after the other: two at once would make two elements. */
  #changed: Promise<void> = Promise.resolve();

  constructor(context: AudioContext, source: AudioNode) {
    this.#context = context;
    this.#source = source;
    source.connect(context.destination);
  }

  /**
   * @param deviceId undefined: the system's default. Rejects where the browser cannot choose, or the device is gone; then
   * nothing has changed.
   */
  use(deviceId: string | undefined): Promise<void> {
    const change = this.#changed.then(() => this.#change(deviceId));
    this.#changed = change.catch(() => undefined);
    return change;
  }

  async #change(deviceId: string | undefined): Promise<void> {
    if (this.#context.setSinkId) return this.#context.setSinkId(deviceId ?? "");
    if (deviceId !== undefined) return this.#useElement(deviceId);
    this.#closeElement();
    this.#source.disconnect();
    this.#source.connect(this.#context.destination);
  }

  close(): void {
    this.#closeElement();
    this.#source.disconnect();
  }

  async #useElement(deviceId: string): Promise<void> {
    if (this.#element) return this.#element.setSinkId?.(deviceId);
    const element: ElementWithSink = new Audio();
    if (!element.setSinkId)
      throw new DOMException("no choice of loudspeakers", "NotSupportedError");
    const stream = new MediaStreamAudioDestinationNode(this.#context);
    element.srcObject = stream.stream;
    await element.setSinkId(deviceId);
    await element.play();
    this.#source.disconnect();
    this.#source.connect(stream);
    this.#element = element;
  }

  #closeElement(): void {
    if (!this.#element) return;
    this.#element.pause();
    this.#element.srcObject = null;
    this.#element = undefined;
  }
}
