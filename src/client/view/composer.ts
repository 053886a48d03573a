/** The text box: enter sends. */
import { html, type TemplateResult } from "lit";
import { sendIcon } from "./icons.ts";

/** @param say takes the text, or answers false and leaves it in the box */
export const renderComposer = (say: (text: string) => boolean): TemplateResult => html`
  <form
    class="composer"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      if (event.target instanceof HTMLFormElement) submit(event.target, say);
    }}
  >
    <input
      name="text"
      aria-label="Message"
      placeholder="Type a message"
      maxlength="4000"
      autocomplete="off"
      enterkeyhint="send"
    />
    <button aria-label="Send">${sendIcon}</button>
  </form>
`;

function submit(form: HTMLFormElement, say: (text: string) => boolean): void {
  const input = form.elements.namedItem("text");
  if (!(input instanceof HTMLInputElement)) return;
  const text = input.value.trim();
  if (text !== "" && say(text)) input.value = "";
}
