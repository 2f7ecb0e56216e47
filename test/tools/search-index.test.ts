import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from '../../src/tools/search-index';
import { ask, json } from '../server/support/client';
import { startDaemon } from '../server/support/daemon';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'tool-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await run(argv, { stdout, stderr, stdin: new PassThrough() });
  const text = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '');
  return { code, out: text(stdout), err: text(stderr) };
}

it.each([[[]], [['bogus']], [['rebuild', 'twice']]])('says how it is called to %j', async (argv) => {
  const { code, err } = await call(...argv);
  expect(code).toBe(2);
  expect(err).toContain('Usage: search-index [options] rebuild\n');
  expect(err).toContain('  --annotations');
});

it('makes an index that a daemon finds whole', async () => {
  const settings = { 'tsd.storage.embedded.path': join(directory, 'data'), 'tsd.search.path': join(directory, 'index') };
  const first = await startDaemon(settings);
  const metadata = async (target: string, body: object): Promise<void> =>
    void expect((await ask(first.port, target, { body: JSON.stringify(body) })).status).toBe(200);
  expect((await ask(first.port, '/api/uid/assign?metric=m&tagk=host&tagv=a,b')).status).toBe(200);
  await metadata('/api/uid/tsmeta?m=m%7Bhost=a%7D&create=true', { description: 'first' });
  await metadata('/api/uid/tsmeta?m=m%7Bhost=b%7D&create=true', { description: 'second' });
  await metadata('/api/uid/uidmeta', { uid: '000001', type: 'metric', notes: 'n' });
  await metadata('/api/annotation', { startTime: 1500000000, description: 'global' });
  await metadata('/api/annotation', { startTime: 1500000000, tsuid: '000001000001000001', description: 'of a series' });
  await first.daemon.shutdown('test');

  writeFileSync(
    join(directory, 'tsd.conf'),
    Object.entries(settings)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  );
  const config = `--config=${join(directory, 'tsd.conf')}`;
  expect(await call('rebuild', config)).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/: 2 series, 1 UIDs, 1 annotations\n$/) as string,
  });
  expect((await call('rebuild', '--annotations', config)).out).toMatch(/: 0 series, 0 UIDs, 1 annotations\n$/);

  const second = await startDaemon({ ...settings, 'tsd.search.enable': 'true' });
  try {
    const found = async (target: string): Promise<unknown> => (json(await ask(second.port, target)) as { results: unknown }).results;
    expect(await found('/api/search/tsuids?query=description:*')).toEqual(['000001000001000001', '000001000001000002']);
    expect(await found('/api/search/uidmeta?query=name:m')).toMatchObject([{ notes: 'n' }]);
    expect(await found('/api/search/annotation?query=*')).toMatchObject([{ description: 'global' }, { description: 'of a series' }]);
    // Beside the daemon, which has the index open.
    const beside = await call('rebuild', config, `--path=${join(directory, 'other')}`);
    expect(beside.out + beside.err).toContain('open in this process already');
  } finally {
    await second.stop();
    await first.stop();
  }
});
