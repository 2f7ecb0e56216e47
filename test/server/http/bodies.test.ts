import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/client';
import { startDaemon } from '../support/daemon';

interface Case {
  method?: string;
  path: string;
  body?: string;
  hex?: string;
  status: number;
  /** The JSON of the answer, or its text. */
  answer: unknown;
}

/** What this daemon answers on purpose where the original answers something else; without an answer: anything. */
interface Deviation {
  status: number;
  answer?: unknown;
  /** What its text says somewhere. */
  told?: string;
}

const golden = (name: string): Case[] =>
  (JSON.parse(readFileSync(join(__dirname, 'golden', `${name}-bodies.json`), 'utf8')) as { cases: Case[] }).cases;

const title = ({ method = 'POST', path, body, hex }: Case): string =>
  `${method} ${path} ${hex ?? JSON.stringify(body ?? '').slice(0, 200)}`;

/** The answers that differ, put into words. */
async function differences(name: string, deviation: (c: Case) => Deviation | null, first?: Case): Promise<string[]> {
  const tsd = await startDaemon({ 'tsd.http.show_stack_trace': 'false', 'tsd.http.query.allow_delete': 'true' });
  const wrong: string[] = [];
  try {
    for (const c of first ? [first, ...golden(name)] : golden(name)) {
      const body = c.hex === undefined ? c.body : Buffer.from(c.hex, 'hex');
      const answer = await ask(tsd.port, c.path, { method: c.method ?? 'POST', body });
      const got: unknown = typeof c.answer === 'string' ? answer.text : JSON.parse(answer.text || 'null');
      const wanted: Deviation = deviation(c) ?? c;
      const same = wanted.answer === undefined || JSON.stringify(got) === JSON.stringify(wanted.answer);
      const told = answer.text.includes(wanted.told ?? '');
      if (answer.status !== wanted.status || !same || !told)
        wrong.push(
          `${title(c)}\n   has ${answer.status} ${answer.text}\n  want ${wanted.status} ${JSON.stringify(wanted.answer) ?? wanted.told}`,
        );
    }
  } finally {
    await tsd.stop();
  }
  return wrong;
}

const error = (code: number, message: string, details?: string): unknown => ({ error: { code, message, ...(details && { details }) } });
const messageOf = (c: Case): string => (c.answer as { error?: { message: string } }).error?.message ?? '';

test('put', async () => {
  const wrong = await differences('put', (c) =>
    // the client's mistake
    c.status === 500 && c.path.includes('sync_timeout') ? { status: 400, answer: error(400, messageOf(c)) } : null,
  );
  expect(wrong).toEqual([]);
});

test('query', async () => {
  const wrong = await differences('query', (c) => {
    const { body = '' } = c;
    if (c.status !== 500) return null;
    // The original runs into these nulls somewhere, or into texts that are too short; the mistake is the client's.
    if (/"filters":\[.*null\]/.test(body)) return { status: 400, answer: error(400, 'An internal null pointer exception was thrown') };
    const tsuid = /"tsuids":\["?([^"\]]*)"?\]/.exec(body)?.[1];
    if (tsuid !== undefined && tsuid !== 'null')
      return { status: 400, answer: error(400, `TSUID is shorter than a metric's UID: ${tsuid}`) };
    return body.includes('9223372036854775807') ? { status: 400 } : { status: 400, answer: error(400, messageOf(c)) };
  });
  expect(wrong).toEqual([]);
});

test('uid assign, uid rename and suggest', async () => {
  const first = {
    path: '/api/uid/assign',
    body: '{"metric":["b.m","a"]}',
    status: 200,
    answer: { metric: { a: '000002', 'b.m': '000001' } },
  };
  expect(await differences('uid', () => null, first)).toEqual([]);
});

/** The length of a metric and of pairs of tags, as it is padded. */
const isTsuid = (tsuid: string): boolean => [18, 30].includes(tsuid.length + (tsuid.length % 2));

test('annotation', async () => {
  const wrong = await differences('annotation', (c) => {
    const { body = '', path } = c;
    const tsuid = /[?&]tsuid=(\w+)/.exec(path)?.[1] ?? /"tsuids?":\[?"([0-9a-f]+)"/.exec(body)?.[1];
    if (tsuid?.endsWith('zz')) return { status: 400, told: `contains illegal character for hexBinary: ${tsuid}` };
    if (tsuid !== undefined && !isTsuid(tsuid)) return { status: 400, told: `Invalid TSUID, it has a wrong length: ${tsuid}"` };
    // up to now, and of what was written with such TSUIDs
    if (path.includes('/bulk') && /"endTime":""|end_time=&/.test(body + path)) return { status: 200 };
    // The original takes now in milliseconds for seconds.
    if (c.method === 'GET' && path.endsWith('/annotations') && c.status === 200) return { status: 200 };
    // what the original fails over when it reads; null and what is no JSON at all have its status
    const message = messageOf(c).replace(/^java\.lang\.IllegalArgumentException: /, '');
    const mistake = /^(Invalid time|The (start|end) timestamp|contains illegal)/.test(message);
    return c.status === 500 && mistake ? { status: 400 } : null;
  });
  expect(wrong).toEqual([]);
});
