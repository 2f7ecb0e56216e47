/** Embedded stores in directories of their own, and copies of their files as killed processes leave them. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PackedCells, type RowPut, type Storage } from '../../../src/storage';
import { EmbeddedStorage, type EmbeddedOptions } from '../../../src/storage/embedded';
import { TABLES } from '../../support/temp-store';

export const T = Buffer.from('t');
export const Q = Buffer.of(0, 0);
export const EMPTY = Buffer.alloc(0);

let top: string;
let next = 0;
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'tsdb-log-'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** Where there is nothing yet. */
export const newPath = (): string => join(top, `store ${next++}`);

export const put = (row: string, value: string): RowPut => ({ row: Buffer.from(row), cells: PackedCells.of(Q, Buffer.from(value)) });

export async function openAt(path: string, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedStorage> {
  const store = new EmbeddedStorage({ path, tables: TABLES, ...options });
  await store.open();
  return store;
}

/** Rows that `put` has made. */
export async function contents(store: Storage): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const rows of store.scan('tsdb', { start: EMPTY, stop: EMPTY }))
    for (const row of rows) found[row.key.toString()] = row.value(0).toString();
  return found;
}

export const segmentsOf = (path: string): string[] => readdirSync(path).filter((name) => name.startsWith('log.'));

/** What a killed process leaves: files as they are while a store is open. */
export function copyOf(path: string): string {
  const copy = newPath();
  mkdirSync(copy);
  for (const name of readdirSync(path))
    if (!name.endsWith('.lock') && name !== 'lock.mdb') copyFileSync(join(path, name), join(copy, name));
  return copy;
}

/** A store as a version from before there was a log has left it. */
export function oldStore(): string {
  const path = newPath();
  mkdirSync(path);
  writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(join(__dirname, '../fixtures/format-1.mdb.gz'))));
  return path;
}
