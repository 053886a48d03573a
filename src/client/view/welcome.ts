/** What an empty page says: what one could begin with. */
import { html, type TemplateResult } from "lit";

const openers = ["What can you do?", "What time is it in Paris?", "Tell me a long story"];

export const welcome = (say: (text: string) => void): TemplateResult => html`
  <div class="welcome">
    <h2>Say something.</h2>
    <p>Talk as you would to a person. Interrupt whenever you like.</p>
    <ul>
      ${openers.map((text) => html`<li><button @click=${() => say(text)}>${text}</button></li>`)}
    </ul>
  </div>
`;
