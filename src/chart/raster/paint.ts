import type { Area, Frame, Line, Marks, Scene, Shape } from '../scene';
import { Canvas } from './canvas';
import { markStrokes, strokeWidth } from '../mark-strokes';
import type { TextPainter } from './text-painter';

/** Draws a scene. @returns a PNG file */
export function paintPng(scene: Scene, texts: TextPainter): Buffer {
  const canvas = new Canvas(scene.width, scene.height, scene.background, scene.faint);
  for (const shape of scene.shapes) paint(canvas, shape, scene.background, texts);
  return canvas.png();
}

function paint(canvas: Canvas, shape: Shape, background: string | null, texts: TextPainter): void {
  switch (shape.kind) {
    case 'box': {
      const { x, y, width, height, color } = shape;
      if (color === background) canvas.clearBox(x, y, x + width, y + height);
      else canvas.fillBox(x, y, x + width, y + height, canvas.palette.ramp(color));
      break;
    }
    case 'line':
      paintLine(canvas, shape);
      break;
    case 'marks':
      paintMarks(canvas, shape);
      break;
    case 'area':
      paintArea(canvas, shape);
      break;
    case 'text':
      texts.paint(canvas, shape);
  }
}

function paintLine(canvas: Canvas, { x, y, width, color, clip }: Line): void {
  const ramp = canvas.palette.ramp(color);
  for (let i = 0; i < x.length; i++) {
    if (y[i] !== y[i]) continue;
    const joined = i > 0 && y[i - 1] === y[i - 1];
    if (joined) canvas.line(x[i - 1], y[i - 1], x[i], y[i], width, ramp, clip);
    // a point between gaps is a dot
    else if (!(y[i + 1] === y[i + 1])) canvas.line(x[i], y[i], x[i], y[i], width, ramp, clip);
  }
}

function paintMarks(canvas: Canvas, { x, y, mark, radius, color, clip }: Marks): void {
  const ramp = canvas.palette.ramp(color);
  const strokes = markStrokes(mark, radius);
  const width = strokeWidth(mark);
  for (let i = 0; i < x.length; i++) {
    if (!(y[i] >= clip.top && y[i] <= clip.bottom)) continue;
    for (const [x0, y0, x1, y1] of strokes) canvas.line(x[i] + x0, y[i] + y0, x[i] + x1, y[i] + y1, width, ramp, clip);
  }
}

/** Column by column of pixels, without smooth edges: the areas of a stack touch. */
function paintArea(canvas: Canvas, { x, top, bottom, color, clip }: Area): void {
  const ramp = canvas.palette.ramp(color);
  for (let i = 1; i < x.length; i++) {
    const from = Math.max(Math.round(x[i - 1]), clip.left);
    const to = Math.min(Math.round(x[i]), clip.right);
    for (let column = from; column < to; column++) {
      const part = Math.min(Math.max((column + 0.5 - x[i - 1]) / (x[i] - x[i - 1]), 0), 1);
      const high = top[i - 1] + (top[i] - top[i - 1]) * part;
      const low = bottom[i - 1] + (bottom[i] - bottom[i - 1]) * part;
      if (high === high && low === low) fillColumn(canvas, column, Math.min(high, low), Math.max(high, low), ramp, clip);
    }
  }
}

function fillColumn(canvas: Canvas, column: number, high: number, low: number, ramp: number, clip: Frame): void {
  canvas.fillBox(column, Math.max(Math.round(high), clip.top), column + 1, Math.min(Math.round(low), clip.bottom), ramp);
}
