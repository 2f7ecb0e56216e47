import { fields, listOf, numberOf, textOf } from './fields';
import { getJson, send } from './http';

/** One line of `/api/stats`. */
export interface Stat {
  readonly metric: string;
  readonly time: number;
  readonly value: string;
  readonly tags: readonly (readonly [string, string])[];
}

export async function readStats(signal?: AbortSignal): Promise<Stat[]> {
  return listOf(await getJson('api/stats', signal)).map((item) => {
    const stat = fields(item);
    return {
      metric: textOf(stat.get('metric')),
      time: numberOf(stat.get('timestamp')),
      value: textOf(stat.get('value')),
      tags: [...fields(stat.get('tags'))].map(([tagk, tagv]) => [tagk, textOf(tagv)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    };
  });
}

export interface LogLine {
  /** Seconds. */
  readonly time: number;
  readonly level: string;
  readonly thread: string;
  readonly logger: string;
  readonly message: string;
}

/** The last lines of the log, newest first. */
export async function readLogs(signal?: AbortSignal): Promise<LogLine[]> {
  return listOf(await getJson('logs?json', signal)).map((line) => {
    const [time = '', level = '', thread = '', logger = '', ...message] = textOf(line).split('\t');
    return { time: Number(time), level, thread, logger, message: message.join('\t') };
  });
}

/** @returns what the TSD says to it */
export const setLogLevel = async (level: string): Promise<string> => (await send(`logs?level=${encodeURIComponent(level)}`)).text();

export const readVersion = async (signal?: AbortSignal): Promise<Map<string, string>> =>
  new Map([...fields(await getJson('api/version', signal))].map(([name, value]) => [name, textOf(value)]));

export const readConfig = async (signal?: AbortSignal): Promise<Map<string, string>> =>
  new Map([...fields(await getJson('api/config', signal))].map(([name, value]) => [name, textOf(value)]));

/** A region server, as far as the TSD knows it. */
export interface RegionServer {
  readonly name: string;
  readonly connected: boolean;
  readonly ageMs: number;
  readonly sent: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly timedOut: number;
  readonly regions: readonly Region[];
}

export interface Region {
  readonly table: string;
  readonly name: string;
  /** It has moved or gone. */
  readonly stale: boolean;
}

export async function readRegionServers(signal?: AbortSignal): Promise<RegionServer[]> {
  return listOf(await getJson('api/stats/region_clients?details', signal)).map((item) => {
    const server = fields(item);
    const connection = fields(server.get('connection'));
    return {
      name: textOf(server.get('server')) || textOf(server.get('endpoint')),
      connected: server.get('dead') === false,
      ageMs: numberOf(connection.get('ageMs')),
      sent: numberOf(server.get('rpcsSent')),
      inFlight: numberOf(server.get('rpcsInFlight')),
      waiting: numberOf(server.get('pendingRPCs')),
      timedOut: numberOf(server.get('rpcsTimedout')),
      regions: listOf(server.get('regions')).map((region) => {
        const known = fields(region);
        return { table: textOf(known.get('table')), name: textOf(known.get('name')), stale: known.get('stale') === true };
      }),
    };
  });
}

export interface RunningQuery {
  readonly id: number;
  readonly elapsedMs: number;
  readonly remote: string;
  /** What is asked, as one line. */
  readonly question: string;
}

export interface CompletedQuery {
  readonly question: string;
  readonly status: number;
  readonly startedAt: number;
  readonly tookMs: number;
  /** Empty: none. */
  readonly error: string;
  readonly executed: number;
}

export async function readQueries(signal?: AbortSignal): Promise<{ running: RunningQuery[]; completed: CompletedQuery[] }> {
  const answer = fields(await getJson('api/stats/query', signal));
  const running = listOf(answer.get('running')).map((item) => {
    const query = fields(item);
    return {
      id: numberOf(query.get('id')),
      elapsedMs: numberOf(query.get('elapsed')),
      remote: textOf(query.get('remote')).replace(/^\//, ''),
      question: questionText(query.get('query')),
    };
  });
  const completed = listOf(answer.get('completed')).map((item) => {
    const query = fields(item);
    const startedAt = numberOf(query.get('queryStartTimestamp'));
    const exception = textOf(query.get('exception'));
    return {
      question: questionText(query.get('query')),
      status: numberOf(fields(query.get('httpResponse')).get('code')),
      startedAt,
      tookMs: numberOf(query.get('queryCompletedTimestamp')) - startedAt,
      error: exception === 'null' ? '' : exception,
      executed: numberOf(query.get('executed')),
    };
  });
  return { running, completed: completed.sort((a, b) => b.startedAt - a.startedAt) };
}

/** Ends a running query. */
export const stopQuery = async (id: number): Promise<void> => void (await send(`api/stats/query?query=${id}`, { method: 'DELETE' }));

/** `sum:1m-avg:sys.cpu.user{host=*} from 1h-ago` and the like; what is no such query, as its JSON. */
function questionText(value: unknown): string {
  const query = fields(value);
  const parts = listOf(query.get('queries')).map((item) => {
    const sub = fields(item);
    const filters = listOf(sub.get('filters'))
      .map(fields)
      .map((filter) => `${textOf(filter.get('tagk'))}=${textOf(filter.get('type'))}(${textOf(filter.get('filter'))})`);
    const head = [textOf(sub.get('aggregator')), textOf(sub.get('downsample')), sub.get('rate') === true ? 'rate' : ''];
    const what = textOf(sub.get('metric')) || listOf(sub.get('tsuids')).map(textOf).join(',');
    return `${[...head.filter((word) => word !== ''), what].join(':')}${filters.length > 0 ? `{${filters.join(',')}}` : ''}`;
  });
  if (parts.length === 0) return JSON.stringify(value);
  const end = textOf(query.get('end'));
  return `${parts.join('  ')}  from ${textOf(query.get('start'))}${end === '' ? '' : ` to ${end}`}`;
}
