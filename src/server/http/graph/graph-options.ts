import { DEFAULT_COLORS, DEFAULT_LEGEND, PLAIN_AXIS, type ChartDescription, type ValueAxis } from '../../../chart';
import { ClientError } from '../../../util/errors';
import type { HttpCall } from '../types';
import { parseLegend } from './legend-words';
import {
  DEFAULT_SIZE,
  parseColor,
  parseFlag,
  parseNumberLabels,
  parseRange,
  parseSize,
  parseSmoothing,
  parseStyle,
  parseText,
  parseTimeLabels,
} from './parameter-grammar';
import { decodeAgain } from './second-decoding';

type Look = Pick<ChartDescription, 'size' | 'title' | 'style' | 'smoothing' | 'legend' | 'colors' | 'left' | 'right'>;

/** How a graph looks, as far as its parameters say. */
export interface GraphOptions extends Look {
  /** Of the labels of times; null: by the span. */
  readonly timeFormat: string | null;
}

type Params = Pick<HttpCall, 'params'>['params'];

/**
 * Reads all parameters of how a graph looks. Of one that is repeated the last counts, but all are checked. Mirrors GraphHandler.setPlotDimensions
 * and setPlotParams.
 * @throws ClientError 400 with the original's text for the first that is not what it should be
 */
export function readGraphOptions(params: Params): GraphOptions {
  const read = new ParameterReader(params);
  const size = read.size() ?? DEFAULT_SIZE;
  const leftRange = read.parsed('yrange', parseRange);
  const rightRange = read.parsed('y2range', parseRange);
  const axis = (range: Partial<ValueAxis> | null, label: string | null, log: boolean, format: string | null): ValueAxis => ({
    ...PLAIN_AXIS,
    ...range,
    label,
    log,
    format,
  });
  const left = axis(leftRange, read.parsed('ylabel', parseText), read.flag('ylog'), read.parsed('yformat', parseNumberLabels));
  const right = axis(rightRange, read.parsed('y2label', parseText), read.flag('y2log'), read.parsed('y2format', parseNumberLabels));
  const key = read.parsed('key', parseLegend);
  const hidden = read.flag('nokey');
  return {
    size,
    left,
    right,
    timeFormat: read.parsed('xformat', parseTimeLabels),
    legend: hidden ? null : (key ?? DEFAULT_LEGEND),
    title: read.parsed('title', parseText),
    colors: {
      background: read.parsed('bgcolor', parseColor) ?? DEFAULT_COLORS.background,
      foreground: read.parsed('fgcolor', parseColor) ?? DEFAULT_COLORS.foreground,
    },
    smoothing: read.parsed('smooth', parseSmoothing) ?? 'none',
    style: read.parsed('style', parseStyle) ?? 'linespoint',
  };
}

class ParameterReader {
  constructor(private readonly params: Params) {}

  /** The last value, parsed; null when there is none. */
  parsed<T>(name: string, parse: (name: string, text: string) => T): T | null {
    let last: T | null = null;
    for (const value of this.params.get(name) ?? []) {
      const text = decodeAgain(value);
      if (/`|%60|&#96;/.test(text)) throw new ClientError(400, `Parameter ${name} contained a back-tick. That's a no-no.`);
      last = parse(name, text);
    }
    return last;
  }

  /** Trimmed before it is decoded once more, and without a word of its own for back-ticks. */
  size(): ChartDescription['size'] | null {
    let last: ChartDescription['size'] | null = null;
    for (const value of this.params.get('wxh') ?? []) {
      const text = decodeAgain(value.replace(/^ +| +$/g, ''));
      last = parseSize('wxh', text);
    }
    return last;
  }

  flag(name: string): boolean {
    return this.parsed(name, parseFlag) ?? false;
  }
}
