import { RetryableError } from '../../src/storage';
import { FailedToAssignUniqueId } from '../../src/uid';
import { IllegalArgumentError, IllegalStateError } from '../../src/util/errors';
import { b, cell, eachTestHasAStore, intercept, Lines, putCell, uid, uidsOver, UID_TABLE } from './support/uid-store';
import { figuresOf } from '../support/figures';

const store = eachTestHasAStore();
const counter = (kind: string): Promise<string | null> => cell(store.storage, uid('00'), 'id', kind);
const RANDOM = { 'tsd.core.uid.random_metrics': 'true' };

describe('assigning', () => {
  it('writes counter, reverse and forward mapping', async () => {
    const lines = new Lines();
    expect(await uidsOver(store.storage, {}, lines).getOrCreateId('metrics', 'sys.cpu')).toEqual(uid('000001'));
    expect(await counter('metrics')).toBe('0000000000000001');
    expect(await cell(store.storage, uid('000001'), 'name', 'metrics')).toBe('7379732e637075');
    expect(await cell(store.storage, b('sys.cpu'), 'id', 'metrics')).toBe('000001');
    expect(lines.lines).toEqual([
      "info Creating an ID for kind='metrics' name='sys.cpu'",
      "info Got ID=1 for kind='metrics' name='sys.cpu'",
      'info Completed pending assignment for: sys.cpu',
    ]);
  });

  it('follows the auto-create keys', async () => {
    const uids = uidsOver(store.storage, {
      'tsd.core.auto_create_metrics': 'false',
      'tsd.core.auto_create_tagks': 'no',
      'tsd.core.auto_create_tagvs': 'YES',
    });
    await expect(uids.getOrCreateId('metrics', 'a')).rejects.toThrow("No such name for 'metrics': 'a'");
    await expect(uids.getOrCreateId('tagk', 'a')).rejects.toThrow("No such name for 'tagk': 'a'");
    expect(await uids.getOrCreateId('tagv', 'a')).toEqual(uid('000001'));
  });

  it('assigns once for many concurrent requests', async () => {
    const uids = uidsOver(store.storage);
    const ids = await Promise.all(Array.from({ length: 100 }, () => uids.getOrCreateId('tagv', 'one')));
    expect(new Set(ids.map((id) => id.toString('hex')))).toEqual(new Set(['000001']));
    expect(await counter('tagv')).toBe('0000000000000001');
  });

  it('takes the winner of a race and leaks its own number with the reverse cell', async () => {
    const slow = intercept(store.storage, {
      increment: async (...args) => {
        const id = await store.storage.increment(...args);
        await putCell(store.storage, b('m'), 'id', 'metrics', uid('0000aa'));
        return id;
      },
    });
    expect(await uidsOver(slow).getOrCreateId('metrics', 'm')).toEqual(uid('0000aa'));
    expect(await cell(store.storage, uid('000001'), 'name', 'metrics')).toBe('6d');
    expect(await cell(store.storage, b('m'), 'id', 'metrics')).toBe('0000aa');
  });

  it('skips a number whose reverse row is taken', async () => {
    await putCell(store.storage, uid('000001'), 'name', 'metrics', b('stranger'));
    const lines = new Lines();
    expect(await uidsOver(store.storage, {}, lines).getOrCreateId('metrics', 'm')).toEqual(uid('000002'));
    expect(lines.lines).toContainEqual(expect.stringContaining('run an fsck against the UID table!'));
  });

  it('gives up after two taken numbers, with a third increment in hand', async () => {
    for (const id of ['000001', '000002']) await putCell(store.storage, uid(id), 'name', 'metrics', b('stranger'));
    const uids = uidsOver(store.storage);
    await expect(uids.getOrCreateId('metrics', 'm')).rejects.toThrow(new IllegalStateError('Should never happen!'));
    expect(await counter('metrics')).toBe('0000000000000003');
    expect(await uids.getOrCreateId('metrics', 'm')).toEqual(uid('000004'));
  });

  it('retries once after a storage error, at any step, and then hands it on', async () => {
    for (const step of ['increment', 'compareAndSet'] as const) {
      let failures = 0;
      const limit = { now: 1 };
      const faulty = intercept(store.storage, {
        [step]: (...args: never[]) => {
          if (failures++ < limit.now) throw new RetryableError(`no ${step} ${failures}`, { table: UID_TABLE });
          return (store.storage[step] as (...a: never[]) => unknown).call(store.storage, ...args);
        },
      });
      const uids = uidsOver(faulty);
      await uids.getOrCreateId('tagk', `once-${step}`);
      failures = 0;
      limit.now = Infinity;
      await expect(uids.getOrCreateId('tagk', `always-${step}`)).rejects.toThrow(new RetryableError(`no ${step} 2`));
      limit.now = 0;
      await expect(uids.getOrCreateId('tagk', `always-${step}`)).resolves.toHaveLength(3); // nothing stays pending
    }
  });

  it('does not retry what is no storage error', async () => {
    let calls = 0;
    const broken = intercept(store.storage, {
      increment: () => {
        calls++;
        return Promise.reject(new TypeError('broken'));
      },
    });
    await expect(uidsOver(broken).getOrCreateId('tagk', 'a')).rejects.toThrow(new TypeError('broken'));
    expect(calls).toBe(1);
  });

  it('says when the ids run out; the counter stays incremented', async () => {
    await putCell(store.storage, uid('00'), 'id', 'tagv', uid('000000000000fffe'));
    const lines = new Lines();
    const uids = uidsOver(store.storage, { 'tsd.storage.uid.width.tagv': '2' }, lines);
    expect(await uids.getOrCreateId('tagv', 'last')).toEqual(uid('ffff'));
    await expect(uids.getOrCreateId('tagv', 'more')).rejects.toThrow(
      new IllegalStateError('All Unique IDs for tagv on 2 bytes are already assigned!'),
    );
    expect(await counter('tagv')).toBe('0000000000010000');
    expect(lines.lines.slice(3)).toEqual([
      "info Creating an ID for kind='tagv' name='more'",
      "info Got ID=65536 for kind='tagv' name='more'",
      'error OMG All Unique IDs for tagv on 2 bytes are already assigned!',
      'warn Failed pending assignment for: more',
      'info Completed pending assignment for: more',
    ]);
    const figures: string[] = [];
    const record = (name: string, value: unknown, tags = {}): unknown => figures.push(`${name} ${String(value)} ${JSON.stringify(tags)}`);
    await uids.collectStats({ record }, await uids.usedIds());
    expect(figures).toContain('uid.ids-available -1 {"kind":"tagv"}');
  });

  it('warns before the ids run out, once for each mark', async () => {
    const lines = new Lines();
    const uids = uidsOver(store.storage, { 'tsd.storage.uid.width.tagv': '1' }, lines);
    for (const taken of [189, 228, 241, 251]) {
      await putCell(store.storage, uid('00'), 'id', 'tagv', Buffer.from(`00000000000000${taken.toString(16)}`, 'hex'));
      for (let i = 0; i < 3; i++) await uids.getOrCreateId('tagv', `v${taken}.${i}`);
    }
    expect(lines.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn 191 of 255 Unique IDs for tagv on 1 bytes are assigned, 64 are left',
      'warn 229 of 255 Unique IDs for tagv on 1 bytes are assigned, 26 are left',
      'warn 242 of 255 Unique IDs for tagv on 1 bytes are assigned, 13 are left',
      'warn 252 of 255 Unique IDs for tagv on 1 bytes are assigned, 3 are left',
    ]);
  });

  it('takes the numbers of many new names at once, in the order in which they came', async () => {
    let increments = 0;
    const counted = intercept(store.storage, {
      increment: (...args) => {
        increments++;
        return store.storage.increment(...args);
      },
    });
    const uids = uidsOver(counted);
    const ids = await Promise.all(Array.from({ length: 200 }, (_, i) => uids.getOrCreateId('tagv', `v${i}`)));
    expect(ids.map((id) => id.readUIntBE(0, 3))).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(await counter('tagv')).toBe('00000000000000c8');
    expect(increments).toBeLessThan(20);
  });

  it('gives out what is left when more are wanted than there are, and fails all who wait when the counter does', async () => {
    await putCell(store.storage, uid('00'), 'id', 'tagv', uid('00000000000000fd'));
    const narrow = uidsOver(store.storage, { 'tsd.storage.uid.width.tagv': '1' });
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => narrow.getOrCreateId('tagv', name)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(await counter('tagv')).toBe('0000000000000101');

    const down = intercept(store.storage, { increment: () => Promise.reject(new RetryableError('away')) });
    const failed = await Promise.allSettled(['e', 'f'].map((name) => uidsOver(down).getOrCreateId('tagk', name)));
    for (const outcome of failed) expect(outcome).toMatchObject({ status: 'rejected', reason: new RetryableError('away') });
  });

  it('refuses a counter that went negative', async () => {
    await putCell(store.storage, uid('00'), 'id', 'tagv', uid('fffffffffffffff0'));
    await expect(uidsOver(store.storage).getOrCreateId('tagv', 'v')).rejects.toThrow(
      new IllegalStateError('Got a negative ID from HBase: -15'),
    );
  });

  it('refuses names that the charset cannot hold before they cost a number', async () => {
    await expect(uidsOver(store.storage).getOrCreateId('tagv', '日本')).rejects.toThrow(
      new IllegalArgumentError('Invalid tagv ("日本"): character not in ISO-8859-1: 日'),
    );
    expect(await counter('tagv')).toBeNull();
  });

  it('tells of what it has assigned, not of what it has found', async () => {
    const uids = uidsOver(store.storage);
    const heard: string[] = [];
    uids.onAssigned((kind, name, id) => heard.push(`${kind} ${name} ${id.toString('hex')}`));
    await uids.getOrCreateId('tagk', 'a');
    uids.dropCaches();
    await uids.getOrCreateId('tagk', 'a');
    expect(heard).toEqual(['tagk a 000001']);
  });
});

describe('random metric UIDs', () => {
  it('leave the counter alone, and only for metrics', async () => {
    const uids = uidsOver(store.storage, RANDOM);
    const id = await uids.getOrCreateId('metrics', 'm');
    expect(id).toHaveLength(3);
    expect(await cell(store.storage, id, 'name', 'metrics')).toBe('6d');
    expect(await counter('metrics')).toBeNull();
    expect(await uids.getOrCreateId('tagk', 'k')).toEqual(uid('000001'));
    expect(await counter('tagk')).toBe('0000000000000001');
  });

  it('collide nine times and give up', async () => {
    let tries = 0;
    const full = intercept(store.storage, { compareAndSet: () => (tries++, Promise.resolve(false)) });
    const uids = uidsOver(full, RANDOM);
    const e = await uids.getOrCreateId('metrics', 'm').catch((x: unknown) => x);
    expect(e).toBeInstanceOf(FailedToAssignUniqueId);
    expect((e as Error).message).toBe("Failed to assign random ID for kind='metrics' name='m' after 10 attempts");
    expect(tries).toBe(9);
    expect(figuresOf(uids)['uid.random-collisions kind=metrics']).toBe(9);
  });

  it('are at most seven bytes wide', () => {
    expect(() => uidsOver(store.storage, { ...RANDOM, 'tsd.storage.uid.width.metric': '8' })).toThrow(
      'Expecting to return an unsigned long random integer, it can not be larger than 7 bytes wide',
    );
  });
});

describe('the assign API', () => {
  it('assigns whatever the auto-create keys say, once', async () => {
    const uids = uidsOver(store.storage, { 'tsd.core.auto_create_metrics': 'false' });
    for (let i = 0; i < 9; i++) await uids.assign('metrics', `m${i}`);
    expect(await uids.assign('metrics', 'x')).toEqual(uid('00000a'));
    await expect(uids.assign('metrics', 'x')).rejects.toThrow(new IllegalArgumentError('Name already exists with UID: 00000A'));
    await expect(uids.assign('metrics', 'a b')).rejects.toThrow(new IllegalArgumentError('Invalid metric ("a b"): illegal character:  '));
    await expect(uids.assign('tagk', '')).rejects.toThrow(new IllegalArgumentError('Invalid tagk: empty string'));
  });

  it('counts used ids', async () => {
    const uids = uidsOver(store.storage);
    expect(await uids.usedIds()).toEqual({ metrics: 0n, tagk: 0n, tagv: 0n });
    await uids.assign('tagk', 'a');
    await uids.assign('tagk', 'b');
    const used = await uids.usedIds();
    expect(used).toEqual({ metrics: 0n, tagk: 2n, tagv: 0n });
    const lines: string[] = [];
    await uids.collectStats({ record: (name, value, tags) => lines.push(`${name} ${value} kind=${tags?.kind}`) }, used);
    expect(lines.slice(7, 14)).toEqual([
      'uid.cache-hit 0 kind=tagk',
      'uid.cache-miss 4 kind=tagk',
      'uid.cache-size 4 kind=tagk',
      'uid.random-collisions 0 kind=tagk',
      'uid.rejected-assignments 0 kind=tagk',
      'uid.ids-used 2 kind=tagk',
      'uid.ids-available 16777213 kind=tagk',
    ]);
  });

  it('counts nothing for random metrics', async () => {
    const lines: string[] = [];
    const used = { metrics: 5n, tagk: 0n, tagv: 0n };
    await uidsOver(store.storage, RANDOM).collectStats({ record: (name, value) => lines.push(`${name} ${value}`) }, used);
    expect(lines.slice(5, 7)).toEqual(['uid.ids-used 0', 'uid.ids-available 0']);
  });
});
