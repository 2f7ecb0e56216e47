import { markStrokes, strokeWidth } from '../mark-strokes';
import type { Area, Frame, Line, Marks, Scene, Shape, Text } from '../scene';

const FONTS = "'DejaVu Sans', Verdana, sans-serif";

/** A scene as an SVG document, one shape after the other. Every text is escaped; nothing else comes from outside. */
export function writeSvg(scene: Scene): string {
  const { width, height, background, shapes } = scene;
  const clips = new Clips();
  const body = shapes.map((shape) => shapeSvg(shape, clips)).join('\n');
  const paper = background === null ? '' : `<rect width="${width}" height="${height}" fill="${background}"/>\n`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONTS}">\n` +
    `${clips.definitions()}${paper}${body}\n</svg>\n`
  );
}

/** Frames that shapes are cut to, each written down once. */
class Clips {
  private readonly names = new Map<string, string>();

  name(clip: Frame): string {
    const rectangle = `x="${clip.left}" y="${clip.top}" width="${clip.right - clip.left}" height="${clip.bottom - clip.top}"`;
    let name = this.names.get(rectangle);
    if (name === undefined) this.names.set(rectangle, (name = `clip${this.names.size}`));
    return name;
  }

  definitions(): string {
    if (this.names.size === 0) return '';
    const all = [...this.names].map(([rectangle, name]) => `<clipPath id="${name}"><rect ${rectangle}/></clipPath>`);
    return `<defs>${all.join('')}</defs>\n`;
  }
}

function shapeSvg(shape: Shape, clips: Clips): string {
  switch (shape.kind) {
    case 'box':
      return `<rect x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" fill="${shape.color}"/>`;
    case 'line':
      return stroked(linePath(shape), shape.color, shape.width, clips.name(shape.clip));
    case 'marks':
      return stroked(marksPath(shape), shape.color, strokeWidth(shape.mark), clips.name(shape.clip));
    case 'area':
      return `<path d="${areaPath(shape)}" fill="${shape.color}" clip-path="url(#${clips.name(shape.clip)})"/>`;
    case 'text':
      return textSvg(shape);
  }
}

const stroked = (path: string, color: string, width: number, clip: string): string =>
  `<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" clip-path="url(#${clip})"/>`;

/** Tenths of a pixel. */
const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;

function linePath({ x, y }: Line): string {
  let path = '';
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(y[i])) continue;
    const joined = i > 0 && !Number.isNaN(y[i - 1]);
    path += `${joined ? 'L' : 'M'}${tenth(x[i])} ${tenth(y[i])}`;
    // a point between gaps is a dot: a line without length that has round ends
    if (!joined && !(i + 1 < x.length && !Number.isNaN(y[i + 1]))) path += 'h0';
  }
  return path;
}

function marksPath({ x, y, mark, radius, clip }: Marks): string {
  const strokes = markStrokes(mark, radius);
  let path = '';
  for (let i = 0; i < x.length; i++) {
    if (!(y[i] >= clip.top && y[i] <= clip.bottom)) continue;
    for (const [x0, y0, x1, y1] of strokes) path += `M${tenth(x[i] + x0)} ${tenth(y[i] + y0)}l${tenth(x1 - x0)} ${tenth(y1 - y0)}`;
  }
  return path;
}

/** Along the tops and back along the bottoms. */
function areaPath({ x, top, bottom }: Area): string {
  const there = Array.from(x.keys()).filter((i) => !Number.isNaN(top[i]) && !Number.isNaN(bottom[i]));
  if (there.length === 0) return '';
  const point = (y: Float32Array) => (i: number) => `${tenth(x[i])} ${tenth(y[i])}`;
  return `M${[...there.map(point(top)), ...there.reverse().map(point(bottom))].join('L')}Z`;
}

function textSvg({ text, x, y, size, anchor, upwards, color }: Text): string {
  const turned = upwards ? ` transform="rotate(-90 ${tenth(x)} ${tenth(y)})"` : '';
  return `<text x="${tenth(x)}" y="${tenth(y)}" font-size="${size}" text-anchor="${anchor}" fill="${color}"${turned}>${escapeXml(text)}</text>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text inside XML; characters that XML cannot have, and halves of pairs, become the sign for an unknown character. */
const escapeXml = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff\p{Cs}]/gu, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character]);
