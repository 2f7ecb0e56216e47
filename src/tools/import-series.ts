import { baseTimeOf, buildRowKey, javaBytes, isMilliseconds, type KeyLayout } from '../schema';
import type { Uids } from '../uid';
import { IllegalArgumentError } from '../util/errors';
import { showTags } from '../write';
import { javaDate } from './java-date';

/** How far a series has been imported. */
export interface SeriesState {
  /** Milliseconds of its last point; -1: none yet. */
  last: number;
  metric: string;
  tags: ReadonlyMap<string, string>;
  /** Key of its rows, of any hour; null: not known yet. */
  key: Buffer | null;
}

/**
 * Holds the series of one run to increasing timestamps, across all its files. Mirrors IncomingDataPoints.
 * A series is found by the text of its line first, so that a tag order that repeats costs one look-up.
 */
export class ImportSeries {
  private readonly byText = new Map<string, SeriesState>();
  private readonly byTags = new Map<string, SeriesState>();

  constructor(
    private readonly uids: Uids,
    private readonly layout: KeyLayout,
    /** Of the dates in messages; null: the system's. */
    private readonly timeZone: string | null,
  ) {}

  find(text: string): SeriesState | undefined {
    return this.byText.get(text);
  }

  /** The state of a series met under a new text. */
  learn(text: string, metric: string, tags: ReadonlyMap<string, string>): SeriesState {
    const name = `${metric} ${[...tags].map(([k, v]) => `${k}=${v}`).sort().join(' ')}`; // prettier-ignore
    let state = this.byTags.get(name);
    if (!state) this.byTags.set(name, (state = { last: -1, metric, tags, key: null }));
    this.byText.set(text, state);
    return state;
  }

  /** The line that the original ends an ordering error or a bad timestamp with: its object's own description. */
  async refusal(state: SeriesState, reason: string, value: Buffer): Promise<IllegalArgumentError> {
    const { metric, tags } = state;
    const base = state.last < 0 ? 0 : baseTimeOf(state.last);
    let key: Buffer | null = null;
    try {
      const pairs: Buffer[] = [];
      for (const [k, v] of tags)
        pairs.push(Buffer.concat([await this.uids.getOrCreateId('tagk', k), await this.uids.getOrCreateId('tagv', v)]));
      key = buildRowKey(this.layout, await this.uids.getId('metrics', metric), base, pairs.sort(Buffer.compare));
    } catch {
      return new IllegalArgumentError(`${reason} when trying to add value=${javaBytes(value)} to metric=${metric}, tags=${showTags(tags)}`);
    }
    const date = base === 0 ? 'no date' : javaDate(base * 1000, this.timeZone);
    return new IllegalArgumentError(
      `${reason} when trying to add value=${javaBytes(value)} to IncomingDataPoints(${javaBytes(key)} (metric=${metric}), base_time=${base} (${date}), [])`,
    );
  }
}

/** Milliseconds of a timestamp in either unit. */
export function importedMilliseconds(timestamp: number): number {
  return isMilliseconds(timestamp) ? timestamp : timestamp * 1000;
}
