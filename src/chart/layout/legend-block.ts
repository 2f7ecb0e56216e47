import type { ChartDescription, Legend } from '../description';
import type { Frame, MeasureText, Shape } from '../scene';
import { sampleShapes } from './series-shapes';
import { GAP, HALF_LETTER, LINE_HEIGHT, TEXT } from './style';

const SAMPLE = 22;
/** Between columns of entries. */
const BETWEEN = 12;

interface Entry {
  /** Of the series; null: says how many more there are. */
  readonly index: number | null;
  readonly text: string;
}

/** The legend as a block of columns of entries, before it has a place. */
export interface LegendBlock {
  readonly width: number;
  readonly height: number;
  /** @param left @param top of the block, on whole pixels */
  shapes(left: number, top: number): Shape[];
}

/**
 * As many entries as there is room for; the last one says how many are left out. Names that are too long end in an ellipsis.
 * @param room pixels that the block may take
 */
export function legendBlock(
  chart: ChartDescription,
  legend: Legend,
  room: { width: number; height: number },
  measure: MeasureText,
): LegendBlock | null {
  const inner = { width: room.width - 2 * GAP, height: room.height - 2 * GAP };
  const rowsThatFit = Math.floor(inner.height / LINE_HEIGHT);
  const widest = inner.width - SAMPLE - GAP;
  if (rowsThatFit < 1 || widest < 3 * TEXT.label || chart.series.length === 0) return null;
  const order = chart.series.map((_series, index) => index);
  if (legend.invert) order.reverse();
  const text = (index: number): string => shortened(chart.series[index].name, widest, measure);
  const columnWidth = (entries: readonly Entry[]): number =>
    SAMPLE + GAP + Math.max(0, ...entries.map((entry) => measure(entry.text, TEXT.label)));
  const columnsFor = (entries: readonly Entry[]): number =>
    Math.max(1, Math.floor((inner.width + BETWEEN) / (columnWidth(entries) + BETWEEN)));

  // no more texts are measured than could ever fit
  const most = Math.max(1, Math.ceil(inner.width / (SAMPLE + GAP))) * rowsThatFit;
  let entries: Entry[] = order.slice(0, most).map((index) => ({ index, text: text(index) }));
  const columns = columnsFor(entries);
  if (order.length > columns * rowsThatFit) {
    const shown = columns * rowsThatFit - 1;
    entries = [...entries.slice(0, shown), { index: null, text: `and ${order.length - shown} more` }];
  }
  const horizontal = legend.layout === 'horizontal';
  const used = horizontal ? Math.min(columns, entries.length) : Math.ceil(entries.length / rowsThatFit);
  const rows = Math.ceil(entries.length / used);
  const width = columnWidth(entries);
  return {
    width: Math.ceil(used * (width + BETWEEN) - BETWEEN + 2 * GAP),
    height: rows * LINE_HEIGHT + 2 * GAP,
    shapes: (left, top) =>
      entries.flatMap((entry, i) => {
        const [column, row] = horizontal ? [i % used, Math.floor(i / used)] : [Math.floor(i / rows), i % rows];
        const x = Math.round(left + GAP + column * (width + BETWEEN));
        return entryShapes(entry, chart, legend.reverse, x, Math.round(top + GAP + row * LINE_HEIGHT), width);
      }),
  };
}

/** gnuplot's legends have the name left of the sample; `reverse` turns it round. */
function entryShapes({ index, text }: Entry, chart: ChartDescription, reverse: boolean, left: number, top: number, width: number): Shape[] {
  const middle = top + Math.floor(LINE_HEIGHT / 2);
  const sampleLeft = reverse ? left : Math.floor(left + width - SAMPLE);
  const name: Shape = {
    kind: 'text',
    x: reverse ? left + SAMPLE + GAP : sampleLeft - GAP,
    y: middle + HALF_LETTER,
    text,
    size: TEXT.label,
    anchor: reverse ? 'start' : 'end',
    upwards: false,
    color: chart.colors.foreground,
  };
  return index === null ? [name] : [name, ...sampleShapes(index, chart.style, sampleLeft, middle, SAMPLE)];
}

/** A text that is no wider. */
export function shortened(text: string, widest: number, measure: MeasureText): string {
  if (text.length <= 400 && measure(text, TEXT.label) <= widest) return text;
  const letters = [...text.slice(0, 400)];
  let low = 0;
  let high = letters.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (measure(`${letters.slice(0, middle).join('')}…`, TEXT.label) <= widest) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join('')}…`;
}

/** Where a block stands inside a frame, by the legend's words. */
export function placeIn(frame: Frame, block: LegendBlock, legend: Legend): [left: number, top: number] {
  const along = (from: number, to: number, size: number, at: string): number =>
    Math.round(at === 'left' || at === 'top' ? from + GAP : at === 'center' ? (from + to - size) / 2 : to - size - GAP);
  return [along(frame.left, frame.right, block.width, legend.horizontal), along(frame.top, frame.bottom, block.height, legend.vertical)];
}
