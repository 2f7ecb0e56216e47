import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ToolIo } from '../../src/tools/common';
import { run as runImport } from '../../src/tools/import';
import { run } from '../../src/tools/rollup';
import { rollupSettings } from '../support/rollup-settings';

const D0 = 1_699_920_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tool-'));
  const lines = [
    `tsd.storage.embedded.path = ${directory}/data`,
    ...Object.entries(rollupSettings(['1h'])).map(([key, value]) => `${key} = ${value}`),
    'tsd.core.auto_create_metrics = true',
  ];
  writeFileSync(join(directory, 'tsd.conf'), lines.join('\n'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Tool = (argv: string[], io: ToolIo) => Promise<number>;

async function call(tool: Tool, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await tool([...argv, `--config=${directory}/tsd.conf`], { stdout, stderr, stdin: new PassThrough() });
  const text = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '');
  return { code, out: text(stdout), err: text(stderr) };
}

it('computes what the journal has not seen yet', async () => {
  const file = join(directory, 'points');
  const points = Array.from({ length: 30 }, (_, i) => `m ${D0 + i * 600} ${i} host=a`);
  writeFileSync(file, `${points.join('\n')}\n`);
  expect((await call(runImport, file)).code).toBe(0);
  const journal = `--journal=${directory}/journal`;
  const first = await call(run, journal, `--since=${D0}`, `--until=${D0 + 7200}`);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toContain(`12 points of ${D0} to ${D0 + 7200} became 2 cells; 0 rows could not be read`);
  expect(readFileSync(join(directory, 'journal'), 'utf8')).toBe(`range ${D0} ${D0 + 7200}\ndone 000001 \ncomplete ${D0 + 7200}\n`);
  const second = await call(run, journal, `--until=${D0 + 18_000}`, '--threads=2', '--rate=1000000');
  expect(second.out).toContain(`18 points of ${D0 + 7200} to ${D0 + 18_000} became 3 cells`);
});

it.each([
  [[], '--since is missing: the journal has no run to go on from'],
  [['--since=1h-ago', '--threads=0'], '--threads is no positive number: 0'],
  [['--since=1h-ago', '--rate=x'], '--rate is no positive number: x'],
  [['--bogus'], 'Unrecognized option --bogus'],
])('refuses %j', async (argv, message) => {
  expect(await call(run, ...argv)).toMatchObject({ code: 2, err: `Invalid usage.  ${message}\n` });
});

it('says how it is used', async () => {
  const { code, err } = await call(run, 'word');
  expect([code, err.split('\n')[0]]).toEqual([2, 'Usage: rollup [options]']);
});

it('wants rollups to be configured', async () => {
  writeFileSync(join(directory, 'tsd.conf'), `tsd.storage.embedded.path = ${directory}/data\n`);
  const { code, err } = await call(run, '--since=1h-ago');
  expect([code, err]).toEqual([1, expect.stringContaining('No rollups are configured (tsd.rollups.enable=false)')]);
});
