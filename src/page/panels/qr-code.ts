/** A text as a QR code, drawn as one path. */
import { html, type TemplateResult } from "lit";
import { encodeQR } from "qr";
import { strings } from "../language/strings.ts";

/** Modules of light around the code, which readers need. */
const quietZone = 4;

export function renderQrCode(text: string): TemplateResult {
  const rows = encodeQR(text, "raw", { border: quietZone, ecc: "medium" });
  const size = rows.length;
  return html`<svg
    class="qr"
    viewBox="0 0 ${size} ${size}"
    role="img"
    aria-label=${strings().share.qrCode}
    shape-rendering="crispEdges"
  >
    <rect width=${size} height=${size} fill="#fff" />
    <path d=${pathOf(rows)} fill="#000" />
  </svg>`;
}

/** One bar for each run of dark modules in a row. */
export const pathOf = (rows: readonly (readonly boolean[])[]): string =>
  rows
    .flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`))
    .join("");

function runsOf(row: readonly boolean[]): (readonly [x: number, width: number])[] {
  const starts = row.flatMap((dark, x) => (dark && !row[x - 1] ? x : []));
  return starts.map((x) => {
    const end = row.indexOf(false, x);
    return [x, (end < 0 ? row.length : end) - x];
  });
}
