/** Compares the frames of a microphone with their answers: each must come, once and in order. */
export interface HealthyFigures {
  readonly sent: number;
  readonly answered: number;
  /** From send to answer, in ms. */
  readonly worstMs: number;
  readonly faults: readonly string[];
}

export class AnswerOrder {
  readonly faults: string[] = [];
  #sent = 0;
  #answered = 0;
  #lost = 0;
  #worstMs = 0;
  /** When the frames were sent that have no answer yet, in µs: each frame's name, too. */
  readonly #waiting: number[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  send(at: number): void {
    this.#sent++;
    this.#waiting.push(at);
  }

  /** @param frame when it was sent. @param now in µs, too. */
  answer(frame: number, now: number): void {
    const index = this.#waiting.indexOf(frame);
    if (index < 0) {
      this.faults.push("a frame was answered twice, or after a later one");
      return;
    }
    this.#lost += index;
    this.#waiting.splice(0, index + 1);
    this.#answered++;
    this.#worstMs = Math.max(this.#worstMs, (now - frame) / 1000);
  }

  get figures(): HealthyFigures {
    const unanswered = this.#lost + this.#waiting.length;
    return {
      sent: this.#sent,
      answered: this.#answered,
      worstMs: this.#worstMs,
      faults: [
        ...this.faults,
        ...(unanswered > 0 ? [`${unanswered} frames were never answered`] : []),
      ],
    };
  }
}
