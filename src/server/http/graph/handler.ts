import { DrawQueueFullError, type ChartDescription, type PictureFormat } from '../../../chart';
import { parseUriQuery, removeDuplicates, type Query, type QueryAnswer, type ValidQuery } from '../../../query';
import { MAX_TIMESTAMP_MS } from '../../../schema';
import { parseExactTime } from '../../../util/date-time';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { isJavaTimeZone } from '../../../util/java-time-zones';
import { TimeZone } from '../../../util/time-zone';
import { escapeHtml } from '../html';
import { HttpClient, uriParams } from '../query/request';
import type { HttpCall } from '../types';
import { answerKind, CONTENT_TYPES, NOT_OF_THE_GRAPH } from './answer-kind';
import { describeChart } from './describe-chart';
import { isRelative, isStale, maxAge, type GraphWindow } from './freshness';
import { cacheKey, type CachedKind } from './graph-cache';
import { collectGraphData, type GraphData } from './graph-data';
import { readGraphOptions, type GraphOptions } from './graph-options';
import { figuresJson } from './figures-json';
import { pointsLines } from './points-lines';
import { rightAxes } from './right-axis';

/** Seconds. */
const now = (): number => Math.floor(Date.now() / 1000);
/** The last one of 32 bits. */
const LAST_SECOND = 0xffff_ffff;
/** A file that is shorter is what was left of an answer that failed. */
const LEAST_BYTES = 21;
/** Characters of the query string that the page is told. */
const MAX_FRAGMENT = 8000;
/** Characters of points that are kept in memory until they are on disk. */
const MOST_KEPT = 8 * 1024 * 1024;

/** A graph request on its way through cache, query and drawing. */
interface GraphRequest {
  readonly kind: CachedKind;
  readonly key: string;
  readonly window: GraphWindow;
  /** Seconds that the answer may be kept. */
  readonly mostAge: number;
}

/** A query and how its answer is to look. */
interface PreparedGraph {
  readonly request: Query;
  readonly query: ValidQuery;
  readonly options: GraphOptions;
  readonly right: readonly boolean[];
}

/**
 * `/q`: a picture (`png`, `svg`), the points (`ascii`) or figures about them (`json`), from disk if they are there and fresh. Any verb is taken. Without one
 * of these parameters a person is sent to the page. Mirrors GraphHandler.
 */
export async function graph(call: HttpCall): Promise<void> {
  const kind = answerKind((param) => call.hasParam(param));
  if (kind === null) return sendToPage(call);
  const window = readWindow(call);
  const graphRequest: GraphRequest = { kind, key: cacheKey(call.params, NOT_OF_THE_GRAPH), window, mostAge: maxAge(window, now()) };
  if (!call.hasParam('nocache') && (await answerFromDisk(call, graphRequest))) return;
  const { graphs } = call.tsd;
  graphs.misses++;
  const prepared = prepare(call, window);
  const found = await execute(call, prepared);
  try {
    if (kind === 'txt') await sendLines(call, graphRequest, found);
    else await sendDrawn(call, graphRequest, prepared, found);
    found.finish(200, null, !call.signal.aborted);
  } catch (e) {
    const error = found.signal.aborted ? (e as Error) : asServerFault(e as Error);
    found.finish(error instanceof ClientError ? error.status : 500, error, false);
    throw error;
  }
  graphs.latency.add(Date.now() - call.startedAt);
}

/** The original's words for a TSUID that is nothing but a metric, which it finds out later than the rest. */
const EMPTY_UID = 'UID was empty';

/**
 * What goes wrong from the look-up of names on is answered 500, also where `/api/query` answers 400: unknown names and TSUIDs, sums that are infinite. Mirrors
 * GraphHandler, which takes all of it for a fault of the server.
 */
function asServerFault(error: Error): Error {
  if (!(error instanceof ClientError) || error.status !== 400 || error.message === EMPTY_UID) return error;
  return new ClientError(500, error.message, null, { cause: error });
}

/** Reads what the query needs. @throws ClientError */
async function execute(call: HttpCall, { query, request }: PreparedGraph): Promise<QueryAnswer> {
  try {
    return await call.tsd.queries.execute(query, { client: new HttpClient(call), query: request }, call.signal);
  } catch (e) {
    throw asServerFault(e as Error);
  }
}

/** The page has the whole question behind its `#`. A redirect that is none in HTTP's sense, as the original's. */
function sendToPage(call: HttpCall): void {
  const at = call.uri.indexOf('?');
  const query = at < 0 ? '' : call.uri.slice(at + 1);
  const target = query === '' ? '/' : `/#${query.slice(0, MAX_FRAGMENT)}`;
  if (/^[\x21-\x7e]*$/.test(target)) call.res.setHeader('Location', target);
  call.sendText(
    200,
    'text/html; charset=UTF-8',
    `<html></head><meta http-equiv="refresh" content="0; url=${escapeHtml(target)}"></head></html>`,
  );
}

/** @throws ClientError 400 for a time that is none */
function readWindow(call: HttpCall): GraphWindow {
  const start = call.requiredParam('start');
  const end = call.param('end');
  const zone = call.param('tz') || call.tsd.settings.timeZone;
  const nowMs = Date.now();
  const seconds = (time: string): number => {
    try {
      return Math.floor(Number(parseExactTime(time, zone, nowMs)) / 1000);
    } catch (error) {
      if (error instanceof IllegalArgumentError) throw new ClientError(400, error.message, null, { cause: error });
      throw error;
    }
  };
  return {
    start: seconds(start),
    end: end === null || end === '' ? Math.floor(nowMs / 1000) : seconds(end),
    moves: isRelative(start) || isRelative(end),
  };
}

/** @returns whether it was answered */
async function answerFromDisk(call: HttpCall, { kind, key, window, mostAge }: GraphRequest): Promise<boolean> {
  const { graphs } = call.tsd;
  const file = await graphs.cache.read(key, kind);
  if (file === null || file.bytes.length < LEAST_BYTES) return false;
  const modified = Math.floor(file.modified / 1000);
  if (isStale(modified, window, mostAge, now())) return false;
  graphs.hits++;
  if (kind === 'json') call.sendText(200, CONTENT_TYPES.json, timed(file.bytes.toString(), call, '"cachehit":"disk",'));
  else call.sendFile(CONTENT_TYPES[kind], file.bytes, now() - modified, mostAge);
  return true;
}

/** Figures with how long it took, and what else is to be said, where the original says it. */
const timed = (figures: string, call: HttpCall, more = ''): string =>
  figures.replace('"etags"', `"timing":${Date.now() - call.startedAt},${more}"etags"`);

/** @throws ClientError 400 for whatever is wrong with the request */
function prepare(call: HttpCall, { start, end }: GraphWindow): PreparedGraph {
  const { queries, graphs } = call.tsd;
  const request = parseUriQuery(uriParams(call));
  removeDuplicates(request);
  checkTimes(start, end);
  const valid = queries.validate({ ...request, start: `${start}000ms`, end: `${end}000ms` });
  // points, whatever is asked of histograms
  const subQueries = valid.subQueries.map((sub) => ({ ...sub, histogram: false }));
  const right = rightAxes(call.params.get('o') ?? [], subQueries.length, graphs.settings.rightAxisOptions);
  const options = readGraphOptions(call.params);
  return { request, query: { ...valid, subQueries, wholeScan: true, delete: false }, options, right };
}

/** @throws ClientError 400 for seconds beyond 32 bits, and 500 beyond what queries take at all, as the original */
function checkTimes(start: number, end: number): void {
  for (const [seconds, name] of [
    [start, 'start'],
    [end, 'end'],
  ] as const) {
    if (seconds * 1000 > MAX_TIMESTAMP_MS) throw new ClientError(500, `Invalid timestamp: ${BigInt(seconds) * 1000n}`);
    if (seconds > LAST_SECOND) throw new ClientError(400, `Invalid ${name} time: ${seconds}`);
  }
}

/** Of the labels of times: the one that is asked for if it is known, else that of dates without a zone. */
function zoneOf(call: HttpCall): string {
  const zones = [call.param('tz'), call.tsd.settings.timeZone, TimeZone.system().id];
  return zones.find((zone) => zone !== null && isJavaTimeZone(zone)) ?? 'UTC';
}

async function sendLines(call: HttpCall, { key, mostAge }: GraphRequest, found: QueryAnswer): Promise<void> {
  const { cache } = call.tsd.graphs;
  let kept: string[] | null = [];
  let length = 0;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const part of pointsLines(found)) {
      length += part.length;
      if (kept !== null && cache.stores(length * 2) && length <= MOST_KEPT) kept.push(part);
      else kept = null;
      yield part;
    }
  };
  await call.sendFileParts(CONTENT_TYPES.txt, lines(), 0, mostAge);
  const whole = kept as string[] | null;
  if (whole !== null && !call.signal.aborted) await cache.store(key, 'txt', Buffer.from(whole.join('')));
}

async function sendDrawn(call: HttpCall, graphRequest: GraphRequest, prepared: PreparedGraph, found: QueryAnswer): Promise<void> {
  const { kind, key, mostAge } = graphRequest;
  const { graphs } = call.tsd;
  const data = await found.compute(() => collect(call, prepared, found, graphRequest.window));
  const figures = figuresJson(data, rawPoints(found));
  const chart = describeChart(prepared.options, data, graphRequest.window, zoneOf(call), graphs.settings.maxSeries);
  const picture = await draw(call, chart, kind === 'svg' ? 'svg' : 'png');
  // first kept, then sent: who asks for the figures often asks for the picture next
  await graphs.cache.store(key, kind === 'svg' ? 'svg' : 'png', picture);
  await graphs.cache.store(key, 'json', Buffer.from(figures));
  if (kind === 'json') call.sendText(200, CONTENT_TYPES.json, timed(figures, call));
  else call.sendFile(CONTENT_TYPES[kind], picture, 0, mostAge);
}

function collect(
  call: HttpCall,
  { options, request, query, right }: PreparedGraph,
  found: QueryAnswer,
  window: GraphWindow,
): Promise<GraphData> {
  const { settings } = call.tsd.graphs;
  return collectGraphData(found, {
    from: window.start * 1000,
    to: window.end * 1000,
    columns: options.smoothing === 'none' ? options.size.width : null,
    maxSeries: settings.maxSeries,
    annotations: !request.noAnnotations,
    subQueries: query.subQueries.length,
    axisOf: (subQuery) => (right[subQuery] ? 'right' : 'left'),
  });
}

/** Points of all series, before anything was computed from them. */
const rawPoints = ({ stats }: QueryAnswer): number =>
  stats.subQueries.reduce((total, { scans }) => total + scans.reduce((points, scan) => points + scan.dpsPostFilter, 0), 0);

/** @throws ClientError 500 when too many pictures wait */
async function draw(call: HttpCall, chart: ChartDescription, format: PictureFormat): Promise<Buffer> {
  const { pool, drawLatency } = call.tsd.graphs;
  const started = Date.now();
  call.memory.add(chart.series.reduce((bytes, { times }) => bytes + 16 * times.length, 0));
  try {
    return await pool.draw(chart, format, call.signal);
  } catch (error) {
    if (error instanceof DrawQueueFullError) throw new ClientError(500, error.message, null, { cause: error });
    throw error;
  } finally {
    drawLatency.add(Date.now() - started);
  }
}
