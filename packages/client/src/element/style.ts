/**
 * The style of `<parley-call>`. Custom properties theme it: `--parley-accent`, `--parley-on-accent`,
 * `--parley-background`, `--parley-text`, `--parley-radius`, `--parley-font`, `--parley-offset`, `--parley-z-index`.
 */
export const style = `
:host {
  --accent: var(--parley-accent, #0b6b63);
  --on-accent: var(--parley-on-accent, #fff);
  --background: var(--parley-background, #fff);
  --text: var(--parley-text, #1b2321);
  --radius: var(--parley-radius, 16px);
  color: var(--text);
  font: 16px/1.45 var(--parley-font, system-ui, sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--parley-accent, #5ad1c4);
    --on-accent: var(--parley-on-accent, #06221f);
    --background: var(--parley-background, #151b1a);
    --text: var(--parley-text, #e9efed);
  }
}
:host([hidden]), [hidden] { display: none !important; }
:host(:not([mode="inline"])) {
  position: fixed;
  inset-block-end: var(--parley-offset, 20px);
  inset-inline-end: var(--parley-offset, 20px);
  z-index: var(--parley-z-index, 2147483000);
}
:host([mode="inline"]) { display: block; }
* { box-sizing: border-box; }
button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 8px;
  min-width: 44px;
  min-height: 44px;
  padding: 8px 14px;
  border: 1px solid color-mix(in srgb, var(--text) 25%, transparent);
  border-radius: 999px;
  background: transparent;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button:disabled { opacity: 0.5; cursor: default; }
button.primary { border-color: transparent; background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.launcher { padding: 12px 20px; box-shadow: 0 4px 18px rgb(0 0 0 / 25%); }
svg { width: 22px; height: 22px; flex: none; }
.panel {
  display: flex;
  flex-direction: column;
  gap: 12px;
  width: min(360px, calc(100vw - 24px));
  max-height: min(560px, calc(100vh - 48px));
  padding: 16px;
  border: 1px solid color-mix(in srgb, var(--text) 18%, transparent);
  border-radius: var(--radius);
  background: var(--background);
}
:host(:not([mode="inline"])) .panel { box-shadow: 0 8px 32px rgb(0 0 0 / 28%); }
:host([mode="inline"]) .panel { width: 100%; }
header { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
h2 { margin: 0; font-size: 1.05em; }
header button { padding: 8px; border-color: transparent; }
p { margin: 0; }
.notice { padding: 10px 12px; border-inline-start: 4px solid #b3261e; background: color-mix(in srgb, #b3261e 10%, transparent); }
.log { display: flex; flex: 1; flex-direction: column; gap: 8px; min-height: 96px; margin: 0; padding: 0; overflow-y: auto; list-style: none; }
.log li { max-width: 90%; padding: 8px 12px; border-radius: 12px; background: color-mix(in srgb, var(--text) 8%, transparent); overflow-wrap: anywhere; }
.log li[data-side="user"] { align-self: flex-end; background: var(--accent); color: var(--on-accent); }
.log li[data-side="note"] { background: none; font-size: 0.9em; }
.log li[data-state="interrupted"]::after { content: " …"; }
.controls { display: flex; flex-wrap: wrap; gap: 8px; }
.controls .main { flex: 1; box-shadow: 0 0 0 calc(var(--level, 0) * 10px) color-mix(in srgb, var(--accent) 30%, transparent); }
form { display: flex; gap: 8px; }
input {
  flex: 1;
  min-width: 0;
  min-height: 44px;
  padding: 8px 14px;
  border: 1px solid color-mix(in srgb, var(--text) 45%, transparent);
  border-radius: 999px;
  background: transparent;
  color: inherit;
  font: inherit;
}
input::placeholder { color: color-mix(in srgb, var(--text) 75%, transparent); }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { .controls .main { box-shadow: none; } }
`;
