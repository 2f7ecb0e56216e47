import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

interface Case {
  method: string;
  path: string;
  body?: string;
  /** `error`: the original runs into an exception of its own; any refusal will do. */
  status: number | 'error';
  answer?: string;
}

/** Requests in order, on empty tables, with what the original answered; times of creation are 0. */
const cases = JSON.parse(readFileSync(join(__dirname, 'golden', 'trees.json'), 'utf8')) as Case[];

describe('the API of trees', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon();
  });
  afterAll(() => tsd.stop());

  test('answers as the original', async () => {
    const wrong: string[] = [];
    for (const { method, path, body, status, answer } of cases) {
      const got = await ask(tsd.port, path, { method, body });
      const text = got.text.replace(/"created":\d+/g, '"created":0').replace(/,"trace":"(?:[^"\\]|\\.)*"/, '');
      const agrees = status === 'error' ? got.status >= 400 : got.status === status && text === (answer ?? '');
      if (!agrees) wrong.push(`${method} ${path} ${body ?? ''}\n  has ${got.status} ${text}\n  want ${status} ${answer ?? ''}`);
    }
    expect(wrong.join('\n')).toBe('');
  });

  test('a TSUID that is none is told', async () => {
    const got = await ask(tsd.port, '/api/tree/test?treeid=1&tsuids=zz');
    expect([got.status, got.text]).toEqual([400, expect.stringContaining('contains illegal character for hexBinary: zz')]);
  });
});
