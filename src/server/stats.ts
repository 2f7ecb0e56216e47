import { lookup, lookupService } from 'node:dns/promises';
import { hostname } from 'node:os';
import { hashMapOrder } from '../util/java-hash-order';
import { collectFigures, COUNTED, FIGURES_OF_OTHERS, mergeFigures, WorkerGoneError, type Figures } from '../workers';
import type { Tsd } from './context';
import { isThreadStat, statsCatalogue } from './stats-catalogue';

/** One statistic as it goes out. */
export interface Stat {
  metric: string;
  /** Seconds since the epoch. */
  timestamp: number;
  value: string;
  /** In the order of the text line. */
  tags: readonly (readonly [string, string])[];
}

/** These say where a figure comes from: they follow the metric's own tag, among the server's. */
const ORIGIN_TAGS: ReadonlySet<string> = new Set(['class', 'plugin']);

/** `host` or, with `tsd.stats.canonical`, `fqdn`. Mirrors StatsCollector.addHostTag. */
async function hostTag(tsd: Tsd): Promise<readonly [string, string]> {
  const name = hostname() || '(unknown)';
  if (!tsd.settings.canonicalHost) return ['host', name];
  try {
    const { address } = await lookup(name);
    const { hostname: canonical } = await lookupService(address, 0);
    return ['fqdn', canonical];
  } catch {
    return ['fqdn', name];
  }
}

/**
 * All figures of the daemon, of all its workers together: those of the original in its order, then those that only this one has.
 * Mirrors StatsRpc with StatsCollector.
 * @param form `api` leaves out what only the text forms have
 * @throws StorageError when the UID table can't be read
 */
export async function collectStats(tsd: Tsd, form: 'text' | 'api'): Promise<Stat[]> {
  const timestamp = Math.floor(Date.now() / 1000);
  const serverTags = new Map<string, string>([await hostTag(tsd)]);
  const { statsPort, statsOfCompaction } = tsd.settings;
  if (statsPort !== null) serverTags.set('port', statsPort);

  const figures = mergeFigures(await figuresOfAll(tsd));
  const known = statsCatalogue(form, statsOfCompaction);
  const listed = new Set(known);
  const further = [...figures.keys()].filter((key) => !listed.has(key) && !isThreadStat(key));
  return [...known, ...further].flatMap((key) => (figures.get(key) ?? ['0']).map((value) => toStat(key, value, timestamp, serverTags)));
}

async function figuresOfAll({ statsSources, siblings }: Tsd): Promise<readonly Figures[]> {
  const collecting = collectFigures(statsSources);
  if (siblings.count === 1) return [await collecting];
  try {
    const [own, others] = await Promise.all([collecting, siblings.askPrimary(FIGURES_OF_OTHERS, null)]);
    // What a client is told is not forgotten when this worker ends.
    await siblings.askPrimary(COUNTED, own);
    return [own, ...others];
  } catch (error) {
    if (!(error instanceof WorkerGoneError)) throw error;
    return [await collecting];
  }
}

/** The metric's own tags first, then the server's and those of origin in a HashMap's order. */
function toStat(key: string, value: string, timestamp: number, serverTags: ReadonlyMap<string, string>): Stat {
  const [name, ...words] = key.split(' ');
  const own: (readonly [string, string])[] = [];
  const extra = new Map(serverTags);
  for (const word of words) {
    const equals = word.indexOf('=');
    const tag = word.slice(0, equals);
    if (ORIGIN_TAGS.has(tag)) extra.set(tag, word.slice(equals + 1));
    else own.push([tag, word.slice(equals + 1)]);
  }
  const ordered = hashMapOrder(extra.keys()).map((tag) => [tag, extra.get(tag) ?? ''] as const);
  return { metric: `tsd.${name}`, timestamp, value, tags: [...own, ...ordered] };
}

/** `tsd.<name> <timestamp> <value> tag=value ...`, without the line end. */
function statLine({ metric, timestamp, value, tags }: Stat): string {
  return [metric, timestamp, value, ...tags.map(([key, text]) => `${key}=${text}`)].join(' ');
}

/** What telnet `stats` and `/stats` show. @throws StorageError when the UID table can't be read */
export async function statsLines(tsd: Tsd): Promise<string[]> {
  return (await collectStats(tsd, 'text')).map(statLine);
}
