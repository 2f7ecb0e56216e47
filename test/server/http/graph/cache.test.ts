import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRelative, isStale, maxAge } from '../../../../src/server/http/graph/freshness';
import { cacheKey, GraphCache } from '../../../../src/server/http/graph/graph-cache';

/** Called when a directory has been listed, and nobody has been told yet. */
let mockListed = (): Promise<void> => Promise.resolve();
jest.mock('node:fs/promises', () => {
  const real = jest.requireActual<typeof import('node:fs/promises')>('node:fs/promises');
  return {
    ...real,
    readdir: async (path: string) => {
      const names = await real.readdir(path);
      await mockListed();
      return names;
    },
  };
});

let root: string;
let now: number;
let warnings: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graph-cache-'));
  now = Date.now();
  warnings = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const cache = (more: { bytes?: number; ageMs?: number; directory?: string } = {}): GraphCache =>
  new GraphCache(
    { directory: root, bytes: 1_000_000, ageMs: 60_000, writers: 1, ...more },
    (message) => warnings.push(message),
    () => now,
  );
const key = (n: number): string => n.toString(16).padStart(64, '0');
const files = (): string[] => readdirSync(join(root, 'graphs'));

it('gives back what was stored', async () => {
  const one = cache();
  expect(await one.read(key(1), 'png')).toBeNull();
  await one.store(key(1), 'png', Buffer.from('picture'));
  expect((await one.read(key(1), 'png'))?.bytes.toString()).toBe('picture');
  expect(await one.read(key(1), 'json')).toBeNull();
  await one.store(key(1), 'png', Buffer.from('another'));
  expect((await cache().read(key(1), 'png'))?.bytes.toString()).toBe('another');
  expect(files()).toEqual([`${key(1)}.png`]);
});

it('keeps no more bytes than it may, the newest', async () => {
  const one = cache({ bytes: 10_000 });
  for (let n = 0; n < 30; n++) {
    await one.store(key(n), 'txt', Buffer.alloc(900));
    utimesSync(join(root, 'graphs', `${key(n)}.txt`), new Date(now - 10_000 + n), new Date(now - 10_000 + n));
  }
  expect(files().length).toBeLessThanOrEqual(11);
  expect(files()).toContain(`${key(29)}.txt`);
  expect(files()).not.toContain(`${key(0)}.txt`);
});

it('keeps no more than that when more is stored while it looks at all files', async () => {
  const one = cache({ bytes: 10_000 });
  const store = (n: number): Promise<void> => one.store(key(n), 'txt', Buffer.alloc(900));
  mkdirSync(join(root, 'graphs'), { mode: 0o700 });
  for (let n = 0; n < 8; n++) writeFileSync(join(root, 'graphs', `${key(n)}.txt`), Buffer.alloc(900));
  mockListed = async () => {
    mockListed = () => Promise.resolve();
    for (let n = 10; n < 19; n++) await store(n);
  };
  // The first one looks.
  await store(9);
  expect(files().length).toBeLessThanOrEqual(11);
  expect(files()).toContain(`${key(18)}.txt`);
});

it('keeps nothing that would take too much of it', async () => {
  const one = cache({ bytes: 10_000 });
  await one.store(key(1), 'txt', Buffer.alloc(1_001));
  expect(await one.read(key(1), 'txt')).toBeNull();
  const none = cache({ bytes: 0 });
  await none.store(key(1), 'txt', Buffer.alloc(10));
  expect(await none.read(key(1), 'txt')).toBeNull();
});

it('forgets what is too old, and what was begun and never finished, but no files of others', async () => {
  await cache().store(key(1), 'txt', Buffer.from('old'));
  const [begun, old] = [join(root, 'graphs', `${'a'.repeat(32)}.new`), join(root, 'graphs', `${key(1)}.txt`)];
  writeFileSync(begun, '');
  writeFileSync(join(root, 'graphs', 'notes.txt'), 'not ours');
  const anHourAgo = new Date(now - 3_600_000);
  for (const path of [begun, old]) utimesSync(path, anHourAgo, anHourAgo);
  const one = cache();
  expect(await one.read(key(1), 'txt')).toBeNull();
  await one.store(key(2), 'txt', Buffer.from('new'));
  expect(files().sort()).toEqual([`${key(2)}.txt`, 'notes.txt']);
});

it('follows no links', async () => {
  const one = cache();
  await one.store(key(1), 'txt', Buffer.from('x'));
  symlinkSync('/etc/passwd', join(root, 'graphs', `${key(2)}.txt`));
  expect(await one.read(key(2), 'txt')).toBeNull();
  // what was a link becomes a file, and the link's target stays as it is
  const target = join(root, 'target');
  writeFileSync(target, 'untouched');
  symlinkSync(target, join(root, 'graphs', `${key(3)}.txt`));
  await one.store(key(3), 'txt', Buffer.from('stored'));
  expect((await one.read(key(3), 'txt'))?.bytes.toString()).toBe('stored');
  mkdirSync(join(root, 'graphs', `${key(4)}.txt`));
  expect(await one.read(key(4), 'txt')).toBeNull();
  await one.store(key(4), 'txt', Buffer.from('stored'));
  expect(warnings[0]).toContain('A graph was not stored');
});

it.each([
  ['a link', (path: string): void => symlinkSync(tmpdir(), path), 'is no directory'],
  ['a file', (path: string): void => writeFileSync(path, ''), 'is no directory'],
  [
    'open to others',
    (path: string): void => {
      mkdirSync(path);
      chmodSync(path, 0o755);
    },
    'is open to other users: its mode should be 0700',
  ],
])('does without a directory that is %s', async (_what, make, warning) => {
  make(join(root, 'graphs'));
  const one = cache();
  await one.store(key(1), 'txt', Buffer.from('x'));
  expect(await one.read(key(1), 'txt')).toBeNull();
  expect(warnings).toEqual([expect.stringContaining(warning)]);
});

it('does without a place where others could put a directory of theirs', async () => {
  chmodSync(root, 0o777);
  const one = cache();
  await one.store(key(1), 'txt', Buffer.from('x'));
  expect(await one.read(key(1), 'txt')).toBeNull();
  expect(warnings).toEqual([expect.stringContaining('can be written by other users')]);
  chmodSync(root, 0o1777);
  const other = cache();
  await other.store(key(1), 'txt', Buffer.from('x'));
  expect(await other.read(key(1), 'txt')).not.toBeNull();
});

it('makes the directory of the configuration when it is not there, and does without one that cannot be made', async () => {
  const umask = process.umask(0o002);
  try {
    const deeper = cache({ directory: join(root, 'a', 'b') });
    await deeper.store(key(1), 'txt', Buffer.from('x'));
    expect((await deeper.read(key(1), 'txt'))?.bytes.toString()).toBe('x');
  } finally {
    process.umask(umask);
  }
  writeFileSync(join(root, 'file'), '');
  await cache({ directory: join(root, 'file', 'b') }).store(key(1), 'txt', Buffer.from('x'));
  expect(warnings[0]).toContain('Graphs are not kept on disk');
});

it('makes its directory again when somebody has removed it', async () => {
  const one = cache();
  await one.store(key(1), 'txt', Buffer.from('x'));
  rmSync(join(root, 'graphs'), { recursive: true });
  await one.store(key(2), 'txt', Buffer.from('y'));
  expect(warnings).toEqual([expect.stringContaining('A graph was not stored')]);
  await one.store(key(2), 'txt', Buffer.from('y'));
  expect((await one.read(key(2), 'txt'))?.bytes.toString()).toBe('y');
  expect(warnings).toHaveLength(1);
});

it('looks again, a minute later, at a directory that could not be used', async () => {
  chmodSync(root, 0o777);
  // The file system's clock is not the test's: what is stored must not be too old by it.
  const one = cache({ ageMs: 600_000 });
  await one.store(key(1), 'txt', Buffer.from('x'));
  chmodSync(root, 0o700);
  await one.store(key(1), 'txt', Buffer.from('x'));
  expect(await one.read(key(1), 'txt')).toBeNull();
  now += 60_001;
  await one.store(key(1), 'txt', Buffer.from('x'));
  expect(await one.read(key(1), 'txt')).not.toBeNull();
});

it('names files by all of a question', () => {
  const of = (params: Record<string, string[]>, ignored: string[] = []): string =>
    cacheKey(new Map(Object.entries(params)), new Set(ignored));
  const one = of({ m: ['sum:a'], start: ['1'] });
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(of({ start: ['1'], m: ['sum:a'] })).toBe(one);
  expect(of({ start: ['1'], m: ['sum:a'], ignore: ['7'] }, ['ignore'])).toBe(one);
  const others: Record<string, string[]>[] = [
    { m: ['sum:a', 'sum:b'] },
    { m: ['sum:b', 'sum:a'] },
    { m: ['sum:a'] },
    { m: [], 'sum:a': [] },
    { 'm","x': ['sum:a'] },
  ];
  expect(new Set(others.map((params) => of(params))).size).toBe(others.length);
});

describe('how long an answer is fresh', () => {
  const at = 1_700_000_000;
  it.each([
    ['end in the future', { start: at - 10_000, end: at + 1, moves: false }, 0],
    ['end long ago', { start: at - 10_000, end: at - 3_601, moves: false }, 86_400],
    ['end long ago, counted from now', { start: at - 100_000, end: at - 3_601, moves: true }, 94],
    ['end not long ago', { start: at - 10_240, end: at, moves: false }, 10],
  ])('%s', (_what, window, seconds) => {
    expect(maxAge(window, at)).toBe(seconds);
  });

  it.each([
    ['made in the future', at + 1, { start: 0, end: at - 10, moves: false }, 0, true],
    ['made after the end', at - 5, { start: 0, end: at - 10, moves: false }, 0, false],
    ['made before the end', at - 11, { start: 0, end: at - 10, moves: false }, 86_400, true],
    ['now, as old as it may be', at - 10, { start: 0, end: at, moves: true }, 10, false],
    ['now, older', at - 11, { start: 0, end: at, moves: true }, 10, true],
  ])('%s', (_what, modified, window, most, stale) => {
    expect(isStale(modified, window, most, at)).toBe(stale);
  });

  it.each([
    ['1h-ago', true],
    ['1H-AGO', true],
    ['now', true],
    ['1700000000', false],
    ['2023/01/01', false],
    [null, false],
  ])('%s counts from now: %s', (time, relative) => {
    expect(isRelative(time)).toBe(relative);
  });
});
