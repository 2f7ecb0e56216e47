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
const golden = (file: string): Case[] => JSON.parse(readFileSync(join(__dirname, 'golden', file), 'utf8')) as Case[];

describe.each(['trees.json', 'tree-orders.json', 'tree-edits.json'])('the API of trees: %s', (file) => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon();
  });
  afterAll(() => tsd.stop());

  test('answers as the original', async () => {
    const wrong: string[] = [];
    for (const { method, path, body, status, answer } of golden(file)) {
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

describe('series that are tested against a tree', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon();
    const post = async (path: string, body: unknown): Promise<void> => {
      expect((await ask(tsd.port, path, { method: 'POST', body: JSON.stringify(body) })).status).toBeLessThan(300);
    };
    await post('/api/uid/assign', { metric: ['m'], tagk: ['host', 'dc'], tagv: ['web01', 'Web01', 'lga'] });
    await post('/api/tree', { name: 't' });
    await post('/api/tree/rules', [
      { treeId: 1, level: 0, order: 0, type: 'TAGK', field: 'dc' },
      { treeId: 1, level: 1, order: 0, type: 'TAGK', field: 'host' },
    ]);
    for (const series of ['m{host=web01}', 'm{host=Web01}', 'm{host=web01,dc=lga}'])
      await post(`/api/uid/tsmeta?create=true&m=${encodeURIComponent(series)}`, { notes: 'n' });
  });
  afterAll(() => tsd.stop());

  const [ALONE, CAPITAL, DEEP] = ['000001000001000001', '000001000001000002', '000001000001000001000002000003'];
  interface Tested {
    branch: { leaves: { displayName: string }[] | null; branches: { displayName: string }[] | null } | null;
  }
  /** What the root holds that all of them show. */
  async function root(...tsuids: string[]): Promise<unknown> {
    const answer = JSON.parse((await ask(tsd.port, `/api/tree/test?treeid=1&tsuids=${tsuids.join()}`)).text) as Record<string, Tested>;
    const shown = Object.values(answer).map(({ branch }) => [
      branch?.leaves?.map(({ displayName }) => displayName) ?? null,
      branch?.branches?.map(({ displayName }) => displayName) ?? null,
    ]);
    for (const other of shown) expect(other).toEqual(shown[0]);
    return shown[0];
  }

  // As asked of the original.
  test('share a root: its leaves gather, its branches are those of the last one', async () => {
    expect(await root(ALONE)).toEqual([['web01'], null]);
    expect(await root(DEEP)).toEqual([null, ['lga']]);
    expect(await root(DEEP, ALONE)).toEqual([['web01'], []]);
    expect(await root(ALONE, DEEP)).toEqual([['web01'], ['lga']]);
  });

  test('show one of leaves whose names differ only in their case', async () => {
    expect(await root(ALONE, CAPITAL)).toEqual([['web01'], null]);
  });
});
