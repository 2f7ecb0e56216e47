import type { Scale } from '../axis/scale';
import type { ChartAnnotation } from '../description';
import type { Frame, MeasureText, Shape } from '../scene';
import { box, text } from './axis-shapes';
import { shortened } from './legend-block';
import { GAP, LINE_HEIGHT } from './style';

/** More marks than this would hide what they mark. */
const MAX_DRAWN = 200;
/** Lines of texts at the top of the plot. */
const MAX_LINES = 6;
const WIDEST_TEXT = 220;

export interface AnnotationColors {
  readonly line: string;
  readonly span: string;
  readonly text: string;
}

/** Spans go behind the series, lines and texts before them. */
export interface AnnotationShapes {
  readonly behind: Shape[];
  readonly before: Shape[];
}

/** Marks of annotations inside the time that is drawn: a line for a moment, a faint area for a span, and the text where there is room. */
export function annotationShapes(
  annotations: readonly ChartAnnotation[],
  time: Scale,
  plot: Frame,
  measure: MeasureText,
  colors: AnnotationColors,
): AnnotationShapes {
  const behind: Shape[] = [];
  const before: Shape[] = [];
  const endOfLine = new Float64Array(MAX_LINES).fill(-Infinity);
  const drawn = annotations.filter(({ start, end }) => start <= time.to && (end ?? start) >= time.from);
  for (const { start, end, text: words } of drawn.slice(0, MAX_DRAWN)) {
    const from = Math.round(time(Math.max(start, time.from)));
    if (end !== null && end > start) {
      const to = Math.max(from + 1, Math.round(time(Math.min(end, time.to))));
      behind.push(box(from, plot.top + 1, to - from, plot.bottom - plot.top - 1, colors.span));
    }
    if (start >= time.from) before.push(box(from, plot.top + 1, 1, plot.bottom - plot.top - 1, colors.line));
    const line = endOfLine.findIndex((taken) => taken < from);
    const label = shortened(words.replace(/\s+/g, ' ').trim(), Math.min(WIDEST_TEXT, plot.right - from - GAP), measure);
    if (line < 0 || label === '' || label === '…') continue;
    const y = plot.top + (line + 1) * LINE_HEIGHT;
    endOfLine[line] = from + GAP + measure(label, 11);
    before.push(text(label, from + 4, y, 'start', colors.text));
  }
  return { behind, before };
}
