import { uidToHex } from '../../schema';
import { findNamesOfSeries, type SeriesNames, type Uids } from '../../uid';

/** Series that are remembered, at most. */
const MAX_KNOWN = 500_000;

/** What series of one store are called, so that they can be found in another: `metric{tagk=tagv,...}` in the order of the names. */
export class NamedTsuids {
  private readonly known = new Map<string, string>();

  constructor(private readonly uids: Uids) {}

  /** The names in the order of the TSUIDs; of a series with a UID that has no name the hexadecimal. @throws StorageError */
  async of(tsuids: readonly Buffer[]): Promise<string[]> {
    const keys = tsuids.map((tsuid) => tsuid.toString('latin1'));
    const fresh = new Map<string, Buffer>();
    keys.forEach((key, i) => {
      if (!this.known.has(key)) fresh.set(key, Buffer.from(tsuids[i]));
    });
    const unnamed = [...fresh.values()];
    const names = (await findNamesOfSeries(this.uids, unnamed)).map((series, i) =>
      series === null ? `(unnamed series ${uidToHex(unnamed[i])})` : textOf(series),
    );
    const found = keys.map((key) => this.known.get(key));
    if (this.known.size + fresh.size > MAX_KNOWN) this.known.clear();
    [...fresh.keys()].forEach((key, i) => this.known.set(key, names[i]));
    return keys.map((key, i) => found[i] ?? this.known.get(key) ?? '');
  }
}

function textOf({ metric, tags }: SeriesNames): string {
  return `${metric}{${[...tags]
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')}}`;
}
