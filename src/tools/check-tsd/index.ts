/** `check_tsd`: a check for Nagios and its kin, with the options, lines and exit codes of the script that comes with the original. */
import { CommanderError } from 'commander';
import http from 'node:http';
import https from 'node:https';
import type { ToolIo } from '../common';
import { declareCheck, readCheck, type CheckOptions } from './options';
import { statusLine } from './status-line';
import { judge, type CheckedPoint, type CheckRules } from './verdict';

const OK = 0;
const CRITICAL = 2;
const EXIT_CODES = { ok: OK, warning: 1, critical: CRITICAL } as const;
/** Larger answers are no check's. */
const MAX_ANSWER_BYTES = 64 << 20;

/** Runs a check. @returns 0: all is well, 1: a warning, 2: critical, no answer or no data, or options that can't be */
export async function run(argv: readonly string[], io: ToolIo): Promise<number> {
  const command = declareCheck()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : CRITICAL;
    throw error;
  }
  const options = readCheck(command);
  if (typeof options === 'string') {
    io.stderr.write(`${command.helpInformation()}\ncheck_tsd: error: ${options}\n`);
    return CRITICAL;
  }
  return check(options, (line) => void io.stdout.write(`${line}\n`));
}

async function check(options: CheckOptions, print: (line: string) => void): Promise<number> {
  const tags = options.tag.length === 0 ? '' : `{${options.tag.join(',')}}`;
  const target = queryOf(options, tags);
  const server = `${options.host}:${options.port}`;
  if (options.verbose) print(`GET ${target} from ${server}`);
  const now = options.now ?? Math.floor(Date.now() / 1000);
  let answer: { status: number; body: string };
  try {
    answer = await get(options, target);
  } catch (error) {
    const [what, reason] =
      error instanceof NoConnection ? [`connect to ${server}`, error.message] : [`GET ${target} from ${server}`, (error as Error).message];
    print(`ERROR: couldn't ${what}: ${reason}`);
    return CRITICAL;
  }
  if (answer.status !== 200 && answer.status !== 202) {
    print(`CRITICAL: status = ${answer.status} when talking to ${server}`);
    if (options.verbose) print(`TSD said:\n${answer.body}`);
    return CRITICAL;
  }
  const rules: CheckRules = {
    comparison: options.method,
    warning: options.warning,
    critical: options.critical,
    now,
    duration: options.duration,
    ignoreRecent: options.ignoreRecent,
    fractionOver: options.percentOver / 100,
    badPercent: options.badPercent,
  };
  const points = parsePoints(answer.body);
  const verdict = judge(points, rules);
  if (options.verbose) for (const line of [...answer.body.split('\n').filter(Boolean), ...verdict.ignored]) print(line);
  if (verdict.points === 0) {
    print(
      options.noResultOk ? 'OK: query did not return any data point (--no-result-ok)' : 'CRITICAL: query did not return any data point',
    );
    return options.noResultOk ? OK : CRITICAL;
  }
  print(statusLine(options.metric + tags, options.metric.split('.').at(-1) ?? '', verdict, rules));
  return EXIT_CODES[verdict.state];
}

/** The target of the request. `nagios` tells the server's log who asks. */
function queryOf(options: CheckOptions, tags: string): string {
  const start = options.now === null ? `${options.duration}s-ago` : String(options.now - options.duration);
  const { downsample, downsampleWindow, downsampleFillPolicy } = options;
  const downsampling = downsample === 'none' ? '' : `${downsampleWindow}s-${downsample}-${downsampleFillPolicy}:`;
  const query = `${options.aggregator}:${downsampling}${options.rate ? 'rate:' : ''}${options.metric}${tags}`;
  return `/q?start=${start}&m=${encodeURIComponent(query)}&ascii&nagios`;
}

class NoConnection extends Error {}

function get(options: CheckOptions, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const client = options.ssl ? https : http;
    const request = client.get({ host: options.host, port: options.port, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) request.destroy(new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    const timer = setTimeout(() => request.destroy(new Error('timed out')), 1000 * options.timeout);
    request.on('socket', (socket) => socket.once(options.ssl ? 'secureConnect' : 'connect', () => (connected = true)));
    request.on('error', (error) => reject(connected ? error : new NoConnection(error.message)));
    request.on('close', () => clearTimeout(timer));
  });
}

/** Lines `metric seconds value tag=value ...`. */
function parsePoints(body: string): CheckedPoint[] {
  const points: CheckedPoint[] = [];
  for (const line of body.split('\n')) {
    const [, timestamp, text] = line.split(' ');
    if (text !== undefined) points.push({ timestamp: Number(timestamp), text });
  }
  return points;
}
