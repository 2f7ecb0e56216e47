/** What the embedded store's callers are told when LMDB or the system fails. */
import { copyFileSync, mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedStoreError, RetryableError, StorageError, StoreFullError } from '../../src/storage';
import { Commits } from '../../src/storage/embedded/commits';
import { DiskRoom } from '../../src/storage/embedded/disk-room';
import { FileGuard } from '../../src/storage/embedded/file-guard';
import { openFailure, StoreErrors } from '../../src/storage/embedded/store-errors';
import { SILENT_LOG } from '../../src/util/log';
import { newPath, oldStore } from './support/left-stores';

const GIB = 2 ** 30;
const withCode = (code: string | number, message = 'no more'): Error => Object.assign(new Error(message), { code });

const guards: FileGuard[] = [];
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
});

function parts() {
  const path = newPath();
  mkdirSync(path);
  copyFileSync(join(oldStore(), 'data.mdb'), join(path, 'data.mdb'));
  const guard = new FileGuard(path, SILENT_LOG);
  guards.push(guard);
  const disk = { free: GIB };
  const clock = { now: 0 };
  const pages = { held: 0, letGo: 0 };
  const holdPages = () => {
    pages.held++;
    return () => void pages.letGo++;
  };
  const errors = new StoreErrors(path, guard, new DiskRoom(path, () => disk.free), holdPages, () => clock.now);
  return { path, guard, disk, clock, pages, errors };
}

describe('StoreErrors', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG', 28, 122, 27])('knows a full disk by %s', (code) => {
    const { errors, path } = parts();
    const error = errors.ofWrite(withCode(code));
    expect(error).toBeInstanceOf(StoreFullError);
    expect(error).toHaveProperty('message', `The embedded store in ${path} could not write: no space left on the disk`);
  });

  it('names the store in what it does not know, and leaves errors of storage and of reads as they are', () => {
    const { errors, path } = parts();
    const odd = withCode('EIO', 'broken');
    expect(errors.ofWrite(odd)).toMatchObject({ message: `The embedded store in ${path} could not write: broken`, cause: odd });
    const busy = new RetryableError('busy');
    expect(errors.ofWrite(busy)).toBe(busy);
    expect(errors.ofRead(odd)).toBe(odd);
  });

  it.each([-30797, -30796])('refuses every later use after %s', (code) => {
    const { errors, path } = parts();
    errors.checkRoom(0);
    const damage = errors.ofRead(withCode(code, 'MDB says so'));
    expect(damage).toBeInstanceOf(DamagedStoreError);
    expect(damage).toHaveProperty('message', `The embedded store in ${path} is damaged: its file data.mdb: MDB says so`);
    expect(() => errors.checkRoom(0)).toThrow(DamagedStoreError);
  });

  it('looks at all pages when a transaction had failed before, once a minute', () => {
    const { errors, pages, clock } = parts();
    const failed = withCode(-30782);
    expect(errors.ofRead(failed)).toBe(failed);
    expect(pages).toEqual({ held: 1, letGo: 1 });
    clock.now = 59_999;
    expect(errors.ofRead(failed)).toBe(failed);
    expect(pages.held).toBe(1);
    clock.now = 60_000;
    errors.ofRead(failed);
    expect(pages).toEqual({ held: 2, letGo: 2 });
  });

  it('asks for room before a write', () => {
    const { errors, disk } = parts();
    errors.checkRoom(1000);
    expect(() => errors.checkRoom(GIB)).toThrow(StoreFullError);
    disk.free = 0;
    expect(() => errors.checkRoom(0)).toThrow(StoreFullError);
  });

  it('takes the reason of a failed commit from where LMDB keeps it', async () => {
    const { errors } = parts();
    const failure = Object.assign(new Error('Commit failed'), { commitError: Promise.reject(withCode('ENOSPC')) });
    expect(await errors.ofCommit(failure, null)).toBeInstanceOf(StoreFullError);
  });

  it('says that the disk is full when it is after a commit failed with something else', async () => {
    const { errors, disk } = parts();
    expect(await errors.ofCommit(withCode('EIO', 'Input/output error'), null)).not.toBeInstanceOf(StoreFullError);
    disk.free = 0;
    expect(await errors.ofCommit(withCode('EIO', 'Input/output error'), null)).toBeInstanceOf(StoreFullError);
  });

  it('tells of the damage that ended a transaction rather than of its end', async () => {
    const { errors } = parts();
    const error = await errors.ofCommit(new Error('can not commit'), new DamagedStoreError('page 7 is gone'));
    expect(error).toBeInstanceOf(DamagedStoreError);
    expect(error).toHaveProperty('message', expect.stringContaining('page 7 is gone'));
  });

  it('says in words why a store can not be opened', () => {
    expect(openFailure(withCode('EACCES', 'denied'))).toBe("its directory can't be written: denied");
    expect(openFailure(withCode('ENOSPC', 'full'))).toBe('no space left on the disk: full');
    expect(openFailure(withCode('EMFILE', 'too many'))).toBe('too many');
  });
});

describe('Commits', () => {
  function commits() {
    const known = parts();
    const gate = { inside: 0, enter: () => void gate.inside++, leave: () => void gate.inside-- };
    const root = {
      transaction: <T>(action: () => T) => Promise.resolve().then(action),
      batch: (action: () => void) =>
        Promise.resolve()
          .then(action)
          .then(() => true),
    };
    return { ...known, gate, commits: new Commits(root, gate, known.guard, known.errors) };
  }

  it('runs a write inside the gate and leaves it', async () => {
    const { commits: c, gate } = commits();
    expect(await c.transaction(() => gate.inside)).toBe(1);
    const inside: number[] = [];
    await c.batch(() => inside.push(gate.inside));
    expect(inside).toEqual([1]);
    expect(gate.inside).toBe(0);
  });

  it('starts nothing without room, and leaves the gate when a write fails', async () => {
    const { commits: c, gate, disk } = commits();
    const action = jest.fn();
    await expect(c.transaction(action, GIB)).rejects.toThrow(StoreFullError);
    expect(action).not.toHaveBeenCalled();
    const failing = c.transaction(() => {
      throw new Error('odd');
    });
    await expect(failing).rejects.toThrow(StorageError);
    disk.free = 0;
    await expect(c.batch(action)).rejects.toThrow(StoreFullError);
    expect(gate.inside).toBe(0);
  });

  it('notices a file that was cut while it wrote', async () => {
    const { commits: c, guard, path } = commits();
    await c.batch(() => truncateSync(join(path, 'data.mdb'), 4096));
    expect(guard.isDamaged).toBe(true);
    await expect(c.batch(() => undefined)).rejects.toThrow('was cut from');
  });
});
