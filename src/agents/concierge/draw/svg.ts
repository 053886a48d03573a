/** Writes a picture as an SVG document. */
import { canvas, type Group, type Mark } from "./drawing.ts";

/** @param title a text alternative for people who cannot see the picture. */
export function svgOf(marks: readonly Mark[], title: string): string {
  const clips: string[] = [];
  const body = marks.map((mark) => markOf(mark, clips)).join("");
  const defs = clips.map((d, at) => `<clipPath id="c${at}"><path d="${d}"/></clipPath>`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${canvas} ${canvas}" role="img"><title>${escaped(title)}</title>${defs && `<defs>${defs}</defs>`}${body}</svg>\n`;
}

function markOf(mark: Mark, clips: string[]): string {
  if ("fill" in mark) return `<path fill="${mark.fill}" d="${mark.d}"/>`;
  if ("stroke" in mark)
    return `<path fill="none" stroke="${mark.stroke}" stroke-width="${mark.width}" stroke-linecap="round" stroke-linejoin="round" d="${mark.d}"/>`;
  const inner = mark.marks.map((each) => markOf(each, clips)).join("");
  const moved = `<g${transformOf(mark)}>${inner}</g>`;
  if (mark.clip === undefined) return moved;
  clips.push(mark.clip);
  return `<g clip-path="url(#c${clips.length - 1})">${moved}</g>`;
}

function transformOf({ x = 0, y = 0, scale = 1, turn = 0, mirrored = false }: Group): string {
  const steps = [
    x || y ? `translate(${x} ${y})` : "",
    turn ? `rotate(${turn})` : "",
    scale !== 1 || mirrored ? `scale(${mirrored ? -scale : scale} ${scale})` : "",
  ].filter(Boolean);
  return steps.length > 0 ? ` transform="${steps.join(" ")}"` : "";
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
