import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

type Fill = (directory: string) => void;
const { fetchOnce } = require('../../hbase-schema/local/fetch-once.cjs') as { fetchOnce(directory: string, fill: Fill): void };

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'fetch-once-'));
  directory = join(parent, 'jars');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const writes =
  (text: string): Fill =>
  (into) =>
    writeFileSync(join(into, 'a.jar'), text);
const content = (): string => readFileSync(join(directory, 'a.jar'), 'utf8');

it('fetches once', () => {
  fetchOnce(directory, writes('first'));
  fetchOnce(directory, writes('second'));
  expect(content()).toBe('first');
  expect(readdirSync(parent)).toEqual(['jars']);
});

it('leaves nothing behind when it fails', () => {
  const fails: Fill = (into) => {
    writes('half')(into);
    throw new Error('no network');
  };
  expect(() => fetchOnce(directory, fails)).toThrow('no network');
  expect(readdirSync(parent)).toEqual([]);
});

it('keeps what another one has fetched meanwhile', () => {
  fetchOnce(directory, (into) => {
    writes('mine')(into);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, '.complete'), '');
    writeFileSync(join(directory, 'a.jar'), 'theirs');
  });
  expect(content()).toBe('theirs');
  expect(readdirSync(parent)).toEqual(['jars']);
});

it('makes a whole one of what is not, and clears what was left by a process that was killed', () => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'half.jar'), '');
  const { pid } = spawnSync('true');
  const [left, busy] = [`jars.fetch-${pid}`, `jars.fetch-${process.ppid}`];
  for (const name of [left, busy]) mkdirSync(join(parent, name));
  fetchOnce(directory, writes('whole'));
  expect(existsSync(join(directory, 'half.jar'))).toBe(false);
  expect(content()).toBe('whole');
  expect(readdirSync(parent).sort()).toEqual(['jars', busy]);
});
