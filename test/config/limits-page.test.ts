/** docs/limits.md against the table of keys: what it names is there, with the default that it tells. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYS } from '../../src/config/keys';

/** Rows of all tables that name keys: the keys, and what the page says of their default. */
const rows = readFileSync(join(__dirname, '../../docs/limits.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([, limit, keys, text]) => [...keys.matchAll(/`(tsd\.[^`]+)`/g)].map(([, pattern]) => ({ limit, pattern, text })));

/** A key's pattern may end with a star. */
const keysOf = (pattern: string): string[] =>
  pattern.endsWith('*') ? [...KEYS.keys()].filter((name) => name.startsWith(pattern.slice(0, -1))) : [pattern];

it('names limits', () => expect(rows.length).toBeGreaterThan(35));

it.each(rows.map(({ pattern, text, limit }) => [pattern, text, limit]))('tells the default of %s: %s (%s)', (pattern, text) => {
  const names = keysOf(pattern);
  expect(names).not.toEqual([]);
  // `0: none`, `67,108,864, some 800,000 series`: the default comes first.
  const told = /^[\d,]*\d/.exec(text)?.[0].replaceAll(',', '');
  for (const name of names) {
    const key = KEYS.get(name);
    if (key === undefined) throw new Error(`There is no key ${name}`);
    // Switches and files that a limit of numbers goes with.
    if (key.type !== 'int') continue;
    expect(key.default === null ? key.doc : `default ${key.default}`).toMatch(new RegExp(`\\b${told}$`));
  }
});
