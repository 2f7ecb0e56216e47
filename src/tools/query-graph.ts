import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Drawer, type ChartSeries } from '../chart';
import type { QueryAnswer } from '../query';
import { describeChart } from '../server/http/graph/describe-chart';
import { collectGraphData } from '../server/http/graph/graph-data';
import { readGraphOptions } from '../server/http/graph/graph-options';
import { javaDoubleToString } from '../util/java-double';
import { TimeZone } from '../util/time-zone';
import { TextOutput } from './text-output';

/** A graph that `query --graph` is to make. */
export interface GraphOrder {
  /** What the names of all files begin with. */
  readonly basePath: string;
  /** `name=value`, as gnuplot's `set` has them. */
  readonly options: readonly string[];
  /** By sub query: how it is to be drawn; null: as the others. */
  readonly styles: readonly (string | null)[];
  /** Seconds, both inclusive. */
  readonly start: number;
  readonly end: number;
  /** Whose clocks the axis shows; null: the process's. */
  readonly timeZone: string | null;
}

/** More lines than that nobody tells apart. */
const MOST_SERIES = 1000;

/**
 * Draws an answer to `BASEPATH.png`, and writes its points to `BASEPATH_0.dat` and so on, one file a series, as gnuplot reads them. The original
 * writes a script for gnuplot in place of the picture.
 * @returns how many points there are
 * @throws ClientError for options that can't be, errors of the file system
 */
export async function writeGraph(answer: QueryAnswer, order: GraphOrder): Promise<number> {
  const { basePath, styles, start, end } = order;
  const zone = order.timeZone ?? TimeZone.system().id;
  const params = new Map<string, string[]>();
  for (const option of order.options) {
    const equals = option.indexOf('=');
    const [name, value] = equals < 0 ? [option, ''] : [option.slice(0, equals), unquoted(option.slice(equals + 1))];
    params.set(name, [...(params.get(name) ?? []), value]);
  }
  const options = readGraphOptions(params);
  const data = await collectGraphData(answer, {
    from: start * 1000,
    to: end * 1000,
    columns: null,
    maxSeries: MOST_SERIES,
    annotations: false,
    subQueries: styles.length,
    axisOf: (subQuery) => (styles[subQuery]?.includes('x1y2') === true ? 'right' : 'left'),
  });
  const chart = describeChart(options, data, { start, end, moves: false }, zone, MOST_SERIES);
  for (const [i, series] of data.series.entries()) await writePoints(`${basePath}_${i}.dat`, series, TimeZone.of(zone));
  await writeFile(`${basePath}.png`, new Drawer().draw(chart, 'png'));
  return data.plotted;
}

/** Values of gnuplot's options have quotes around them, which a command line keeps. */
const unquoted = (text: string): string => /^"(.*)"$/.exec(text)?.[1] ?? text;

/** `SECONDS VALUE` a line; times are those of the zone's clocks, for gnuplot knows no zones. */
async function writePoints(path: string, { times, values }: ChartSeries, zone: TimeZone): Promise<void> {
  const file = createWriteStream(path);
  const output = new TextOutput(file);
  for (let i = 0; i < times.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    const seconds = Math.floor((times[i] + zone.offset(times[i])) / 1000);
    output.write(`${seconds} ${Number.isSafeInteger(value) ? value : javaDoubleToString(value)}\n`);
    if (output.isFull) await output.flush();
  }
  await output.flush();
  await new Promise<void>((done, failed) => file.end((error?: Error | null) => (error ? failed(error) : done())));
}
