import {
  filterFromTag,
  findAggregator,
  parseDownsample,
  type Aggregator,
  type DownsampleSpec,
  type RateOptions,
  type ValidSubQuery,
} from '../query';
import { IllegalArgumentError, NoSuchElementError } from '../util/errors';
import { parseDateTimeString } from '../util/date-time';
import { parseLong } from '../util/java-long';
import { parseTag } from '../write';

/** One sub query of a command line, with what is to be drawn of it. */
export interface CommandSubQuery {
  readonly query: ValidSubQuery;
  /** How gnuplot is to draw it; null: nobody said. */
  readonly style: string | null;
}

/** Queries as `query`, `scan` and `fsck` take them. */
export interface CommandQuery {
  /** Seconds. */
  readonly start: number;
  /** The same, after the start; null: not given. */
  readonly end: number | null;
  /** `+name=value` words, in order, without the plus. */
  readonly gnuplot: readonly string[];
  readonly subQueries: readonly CommandSubQuery[];
}

/**
 * `START [END] {+NAME=VALUE} {AGG [rate [counter[,MAX[,RESET]]]] [downsample MS FUNC] METRIC {TAGK=TAGV} [STYLE]}`. Mirrors
 * CliQuery.parseCommandLineQuery: END is one only where there are at least four words.
 * @param timeZone of absolute dates; null: the process's
 * @throws IllegalArgumentError, NoSuchElementError in the original's words, where it has any
 */
export function parseCommandQuery(words: readonly string[], timeZone: string | null, nowMs: number): CommandQuery {
  const time = (text: string): number => Math.trunc(parseDateTimeString(text, timeZone, nowMs) / 1000);
  const start = time(words[0]);
  const hasEnd = words.length > 3 && !words[1].startsWith('+') && (/[:/-]/.test(words[1]) || isPositiveInteger(words[1]));
  const end = hasEnd ? time(words[1]) : null;
  const reader = new WordReader(words, hasEnd ? 2 : 1);
  const gnuplot: string[] = [];
  while (reader.peek()?.startsWith('+')) gnuplot.push(reader.take('a query').slice(1));
  const subQueries: CommandSubQuery[] = [];
  while (reader.peek() !== undefined) subQueries.push(readSubQuery(reader, subQueries.length));
  if (end !== null && end <= start) throw new IllegalArgumentError(`new end time (${end}) is less than or equal to start time: ${start}`);
  return { start, end, gnuplot, subQueries };
}

function isPositiveInteger(text: string): boolean {
  return /^\d+$/.test(text) && BigInt(text) > 0n;
}

class WordReader {
  constructor(
    private readonly words: readonly string[],
    private at: number,
  ) {}

  /** The next word, undefined at the end; it stays. */
  peek(): string | undefined {
    return this.words[this.at];
  }

  /** @param what it should be, for the message. @throws IllegalArgumentError at the end */
  take(what: string): string {
    const word = this.peek();
    if (word === undefined)
      throw new IllegalArgumentError(`The query ends after '${this.words[this.at - 1]}', where ${what} should follow`);
    this.at++;
    return word;
  }
}

function readSubQuery(words: WordReader, index: number): CommandSubQuery {
  const aggregator = aggregatorOf(words.take('an aggregator'));
  let rate: RateOptions | null = null;
  if (words.peek() === 'rate') {
    words.take('rate');
    rate = words.peek()?.startsWith('counter') ? counterOptions(words.take('counter options')) : noCounter();
  }
  let downsample: DownsampleSpec | null = null;
  if (words.peek() === 'downsample') {
    words.take('downsample');
    downsample = downsampleOf(words.take('an interval in milliseconds'), words.take('an aggregator'));
  }
  const metric = words.take('a metric');
  const tags = new Map<string, string>();
  for (let word = words.peek(); word !== undefined && isTag(word); word = words.peek()) parseTag(tags, words.take('a tag'));
  const last = words.peek();
  const style = last !== undefined && last.indexOf(' ', 1) > 0 ? words.take('a style') : null;
  const filters = [...tags].map(([tagk, value]) => filterFromTag(tagk, value, true));
  return { query: { ...PLAIN, index, metric, filters, aggregator, downsample, rate }, style };
}

/** What a command line can't ask for. */
const PLAIN = {
  tsuids: null,
  explicitTags: false,
  histogram: false,
  percentiles: null,
  showHistogramBuckets: false,
  preAggregate: false,
  rollupUsage: null,
} as const;

function isTag(word: string): boolean {
  return word.indexOf(' ', 1) < 0 && word.indexOf('=', 1) > 0;
}

/** @throws NoSuchElementError */
function aggregatorOf(name: string): Aggregator {
  const aggregator = findAggregator(name);
  if (aggregator === undefined) throw new NoSuchElementError(`No such aggregator: ${name}`);
  return aggregator;
}

const noCounter = (): RateOptions => ({ counter: false, counterMax: 2n ** 63n - 1n, resetValue: 0n, dropResets: false });

/** `counter[,MAX[,RESET]]`; what begins with `counter` is taken for it, a metric, too. @throws NumberFormatError */
function counterOptions(text: string): RateOptions {
  const [, max = '', reset = ''] = text.split(',');
  const number = (part: string, otherwise: bigint): bigint => (part === '' ? otherwise : parseLong(part));
  return { counter: true, counterMax: number(max, 2n ** 63n - 1n), resetValue: number(reset, 0n), dropResets: false };
}

/** @param interval plain milliseconds @throws NumberFormatError, IllegalArgumentError */
function downsampleOf(interval: string, name: string): DownsampleSpec {
  const milliseconds = parseLong(interval);
  aggregatorOf(name);
  return parseDownsample(`${milliseconds}ms-${name}`);
}
