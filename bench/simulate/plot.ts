/** Draws loads against the number of conversations, both logarithmic, as an SVG. */

export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Powers of ten. */
interface Range {
  readonly least: number;
  readonly most: number;
}

const size = { width: 860, height: 460 };
const frame = { left: 70, right: 290, top: 40, bottom: 60 };
const colours = ["#1f6feb", "#b35900", "#8250df", "#1a7f37", "#cf222e"];

export function plot(title: string, curves: readonly Curve[], xs: Range, ys: Range): string {
  const x = scale(xs, frame.left, size.width - frame.right);
  const y = scale(ys, size.height - frame.bottom, frame.top);
  const parts = [
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    text(frame.left, 22, title, 'font-weight="bold"'),
    ...powers(xs).flatMap((power) => vertical(x(10 ** power), 10 ** power)),
    ...powers(ys).flatMap((power) => horizontal(y(10 ** power), power)),
    ...curves.flatMap((curve, n) => drawn(curve, n, x, y)),
    text(
      (frame.left + size.width - frame.right) / 2,
      size.height - 16,
      "conversations at one time",
      'text-anchor="middle"',
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="13">\n${parts.join("\n")}\n</svg>\n`;
}

function scale({ least, most }: Range, from: number, to: number) {
  return (value: number): number =>
    from + ((Math.log10(Math.max(value, 10 ** least)) - least) / (most - least)) * (to - from);
}

const powers = ({ least, most }: Range): number[] =>
  Array.from({ length: most - least + 1 }, (_, n) => least + n);

const vertical = (x: number, value: number): string[] => [
  `<path d="M${round(x)} ${frame.top}V${size.height - frame.bottom}" stroke="#e4e4e4"/>`,
  text(x, size.height - frame.bottom + 20, value.toLocaleString("en"), 'text-anchor="middle"'),
];

/** The line of the limit itself is bold. */
const horizontal = (y: number, power: number): string[] => [
  `<path d="M${frame.left} ${round(y)}H${size.width - frame.right}" stroke="${power === 0 ? "#24292f" : "#e4e4e4"}" stroke-width="${power === 0 ? 2 : 1}"/>`,
  text(
    frame.left - 8,
    y + 4,
    power === 0 ? "limit" : `${(10 ** power).toLocaleString("en", { maximumFractionDigits: 9 })} ×`,
    'text-anchor="end"',
  ),
];

function drawn(
  { name, points }: Curve,
  n: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string[] {
  const colour = colours[n % colours.length] ?? "#000";
  const path = points.map((point) => `${round(x(point.x))} ${round(y(point.y))}`).join("L");
  const legend = size.width - frame.right + 14;
  const line = frame.top + 14 + n * 24;
  return [
    `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
    `<path d="M${legend} ${line - 4}h18" stroke="${colour}" stroke-width="2.5"/>`,
    text(legend + 24, line, name, ""),
  ];
}

const text = (x: number, y: number, content: string, attributes: string): string =>
  `<text x="${round(x)}" y="${round(y)}" fill="#24292f" ${attributes}>${content.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;
