/** The text input. */
import { html, type TemplateResult } from "lit";
import { isMutedByOperator, type CallState } from "../../../packages/client/src/index.ts";
import { pictureIcon, sendIcon } from "./icons.ts";
import { strings } from "../language/strings.ts";

type ComposerState = Pick<CallState, "listenOnly" | "participants">;

/**
 * @param send returns false when it does not take the text, which then stays in the input.
 * @param attach takes a picture's file.
 */
export const renderComposer = (
  state: ComposerState,
  send: (text: string) => boolean,
  attach: (picture: File) => void,
): TemplateResult => html`
  <form
    class="composer"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      if (event.target instanceof HTMLFormElement) submit(event.target, send);
    }}
  >
    <label class="attach" title=${strings().composer.sendPicture}>
      <input
        type="file"
        accept="image/*"
        aria-label=${strings().composer.sendPicture}
        ?disabled=${state.listenOnly}
        @change=${({ target }: Event) => choose(target as HTMLInputElement, attach)}
      />
      ${pictureIcon}
    </label>
    <input
      name="text"
      aria-label=${strings().composer.message}
      placeholder=${placeholderOf(state)}
      ?disabled=${state.listenOnly}
      maxlength="4000"
      autocomplete="off"
      enterkeyhint="send"
    />
    <button aria-label=${strings().composer.send} ?disabled=${state.listenOnly}>${sendIcon}</button>
  </form>
`;

/** Why nothing may be typed, or what may. */
function placeholderOf({ listenOnly, participants }: ComposerState): string {
  if (isMutedByOperator(participants)) return strings().phases.silenced[0];
  return listenOnly ? strings().composer.listenOnly : strings().composer.placeholder;
}

function submit(form: HTMLFormElement, send: (text: string) => boolean): void {
  const input = form.elements.namedItem("text");
  if (!(input instanceof HTMLInputElement)) return;
  const text = input.value.trim();
  if (text !== "" && send(text)) input.value = "";
}

/** Empties the input: the same file can be chosen again. */
function choose(input: HTMLInputElement, attach: (picture: File) => void): void {
  const [picture] = input.files ?? [];
  input.value = "";
  if (picture) attach(picture);
}
