import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COUNTER_COLUMN, META_FAMILY } from '../../../src/meta';
import { hexToUid } from '../../../src/schema';
import { PackedCells } from '../../../src/storage/packed-cells';
import { ask } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

interface Outcome {
  status: number;
  answer: unknown;
}

interface Case extends Partial<Outcome> {
  method?: string;
  path: string;
  body?: string;
  /** Where they differ: with and without counters of points in the meta table. */
  counting?: Outcome;
  plain?: Outcome;
}

interface Golden {
  names: Record<string, string[]>;
  points: { metric: string; tags: Record<string, string>; value: number | string; at?: number | 'ms'; ms?: number; timestamp?: number }[];
  annotations: { tsuid: string; at: number; description: string }[];
  cases: Case[];
}

const golden = JSON.parse(readFileSync(join(__dirname, 'golden', 'series-questions.json'), 'utf8')) as Golden;

/** The hour under way, in seconds, and a moment in it. */
const HOUR = 1_700_000_000 - (1_700_000_000 % 3600);
const NOW = (HOUR + 2500) * 1000;

/** Series with points; the one that only has a note was never counted. */
const COUNTED = [
  '000001000001000001000002000003',
  '000001000001000001000002000004',
  '000001000001000002',
  '000001000001000002000002000003',
  '000002000001000001',
  '000002000001000002000003000005',
  '000002000003000006',
  '000003000001000003',
];

async function load(tsd: TestDaemon): Promise<void> {
  const { port } = tsd;
  for (const [type, names] of Object.entries(golden.names)) await ask(port, `/api/uid/assign?${type}=${names.join(',')}`);
  for (const { at, ms = 0, timestamp, ...point } of golden.points) {
    const time = typeof at === 'number' ? HOUR + at : at === 'ms' ? HOUR * 1000 + ms : timestamp;
    expect((await ask(port, '/api/put?sync', { body: JSON.stringify({ ...point, timestamp: time }) })).status).toBe(204);
  }
  for (const { at, ...note } of golden.annotations) {
    expect((await ask(port, '/api/annotation', { body: JSON.stringify({ ...note, startTime: HOUR + at }) })).status).toBe(200);
  }
  const { storage, model } = tsd.daemon;
  const counter = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
  const rows = COUNTED.map((tsuid) => ({
    row: hexToUid(tsuid),
    cells: PackedCells.of(COUNTER_COLUMN, counter),
    timestamps: [NOW],
  }));
  expect(await storage.put(model.tables.meta.name, META_FAMILY, rows)).toEqual([]);
}

/** An answer as the recording has it: times relative, last points in a fixed order, no `time` of lookups. */
function normal(text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // a call of a client's function is led by a comment, against those who take it for something else
    return text.replace(/,"time":[0-9.]+/, '').replace(/^\/\*\*\//, '');
  }
  return Array.isArray(answer) ? answer.map((point) => JSON.stringify(timeless(point))).sort() : timeless(answer);
}

/** With the times of last points as the recording has them. */
const relative = (text: string): string => text.replace(/"timestamp":([0-9]+)/g, (_, ms) => `"timestamp":${Number(ms) - HOUR * 1000}`);

/** Without `time`, which has another place here. */
function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timeless);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([name]) => name !== 'time');
  return Object.fromEntries(members.map(([name, member]) => [name, timeless(member)]));
}

const messageOf = (answer: unknown): string => (answer as { error?: { message: string } }).error?.message ?? '';

/** What the original only says because something broke inside: a mistake of the client is answered with 400 and what it is. */
const ACCIDENTS: readonly [RegExp, RegExp][] = [
  [/^Index 0 out of bounds/, /^No points of the TSUID [0-9A-F]+ were counted in the meta table$/],
  [/because "sub_query" is null/, /^A sub query is null$/],
  [/"Object.hashCode\(\)" because "key" is null/, /^The value of the tag 'host' is null$/],
  [/^java.io.IOException: Row length is 0/, /^Missing UID name$/],
];

/** Whether an answer is the original's, or what is answered in its place on purpose. */
function agrees(wanted: Outcome, status: number, text: string): boolean {
  const got = normal(relative(text));
  if (messageOf(wanted.answer).includes('because "dp" is null')) return status === 200; // a row that has only notes is passed over
  const { details } = (wanted.answer as { error?: { details?: string } }).error ?? {};
  if (details === 'Missing callback name') return messageOf(JSON.parse(text)) === details;
  const accident = ACCIDENTS.find(([theirs]) => theirs.test(messageOf(wanted.answer)));
  if (accident !== undefined) return status === 400 && accident[1].test(messageOf(JSON.parse(text)));
  const statusIs = status === wanted.status || (wanted.status === 500 && status === 400);
  if (messageOf(wanted.answer) === 'Unexpected exception') return statusIs && messageOf(JSON.parse(text)) === 'Unexpected exception';
  const expected = normal(typeof wanted.answer === 'string' ? wanted.answer : JSON.stringify(wanted.answer));
  if (status !== 200) return statusIs && messageOf(JSON.parse(text)) === messageOf(wanted.answer);
  return statusIs && JSON.stringify(got) === JSON.stringify(expected);
}

describe.each(['counting', 'plain'] as const)('questions for series, %s', (mode) => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    tsd = await startDaemon({
      'tsd.http.show_stack_trace': 'false',
      ...(mode === 'counting' && { 'tsd.core.meta.enable_tsuid_tracking': 'true' }),
    });
    await load(tsd);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await tsd.stop();
  });

  it.each(['/api/search', '/api/query/last', '/api/query/LAST', '/api/v1/'])('below %s are answered as by the original', async (path) => {
    const wrong: string[] = [];
    const cases = golden.cases.filter((c) => c.path.startsWith(path));
    expect(cases.length).toBeGreaterThan(0);
    for (const c of cases) {
      const wanted = (c.status === undefined ? c[mode] : c) as Outcome;
      const { status, text } = await ask(tsd.port, c.path, { method: c.method, body: c.body });
      if (!agrees(wanted, status, text)) {
        wrong.push(
          `${c.method ?? 'GET'} ${c.path} ${c.body ?? ''}\n   has ${status} ${text}\n  want ${wanted.status} ${JSON.stringify(wanted.answer)}`,
        );
      }
    }
    expect(wrong.join('\n')).toBe('');
  });
});
