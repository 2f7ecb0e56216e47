/** The store's files, looked at before LMDB maps them. Only for who has the store alone: nothing may change meanwhile. */
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedStoreError } from '../errors';
import { LmdbFile } from './lmdb-file';
import { throwIfDamaged, walkFile, type Damage } from './tree-walk';

export const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';
/** Up to here every page is looked at; that takes about a second. Of a larger file only what leads to the leaves, and those while it is open. */
export const WHOLE_CHECK_BYTES = 128 << 20;
/** Named at most; a damage mostly leads to more. */
const MOST_DAMAGES = 3;
/** LMDB's lock file for this many readers, and some more. */
export const MAX_READERS = 512;
const LOCK_BYTES = MAX_READERS * 64 + 4096;

/** Whether there is a store in a directory, whatever state it is in. */
export function hasStore(directory: string): boolean {
  return existsSync(join(directory, DATA_FILE));
}

/**
 * @param wholeBytes size up to which every page is looked at
 * @returns whether there is a store
 * @throws DamagedStoreError that says what is damaged
 */
export function checkDataFile(directory: string, wholeBytes = WHOLE_CHECK_BYTES): boolean {
  if (!hasStore(directory)) return false;
  throwIfDamaged(directory, damagesIn(directory, wholeBytes));
  return true;
}

/**
 * The first damages of the file; of a large one those of what leads to the leaves.
 * @throws DamagedStoreError when nothing in it can be found
 */
export function damagesIn(directory: string, wholeBytes = WHOLE_CHECK_BYTES): Damage[] {
  const leaves = statSync(join(directory, DATA_FILE)).size <= wholeBytes;
  const file = openDataFile(directory);
  try {
    return walkFile(file, { leaves, atMost: MOST_DAMAGES });
  } finally {
    file.close();
  }
}

/** @throws DamagedStoreError when nothing in the file can be found */
export function openDataFile(directory: string): LmdbFile {
  try {
    return LmdbFile.open(join(directory, DATA_FILE));
  } catch (e) {
    if (!(e instanceof DamagedStoreError)) throw e;
    throw new DamagedStoreError(`The embedded store in ${directory} is damaged: ${e.message}`, { cause: e });
  }
}

/**
 * Makes LMDB's lock file with all its bytes. LMDB would make it with a hole: where the disk is full, its first touch of that memory ends
 * the process.
 */
export function reserveLockFile(directory: string): void {
  const path = join(directory, LOCK_FILE);
  if (existsSync(path)) return;
  const whole = `${path}.new`;
  try {
    writeFileSync(whole, Buffer.alloc(LOCK_BYTES), { mode: 0o664 });
  } catch (e) {
    rmSync(whole, { force: true });
    throw e;
  }
  renameSync(whole, path);
}

/** Takes away what an attempt to make a new store has left, so that the next one finds the directory as this one did. */
export function removeUnborn(directory: string): void {
  rmSync(join(directory, DATA_FILE), { force: true });
}
