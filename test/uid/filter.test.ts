import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailedToAssignUniqueId, type Uids } from '../../src/uid';
import { cell, eachTestHasAStore, uid, uidsOver } from './support/uid-store';
import { figuresOf } from '../support/figures';

const store = eachTestHasAStore();
const opened = async (settings: Record<string, string>): Promise<Uids> => {
  const uids = uidsOver(store.storage, settings);
  await uids.open();
  return uids;
};
const WHITELIST = { 'tsd.uidfilter.enable': 'true', 'tsd.uidfilter.plugin': 'net.opentsdb.uid.UniqueIdWhitelistFilter' };

describe('the whitelist filter', () => {
  it('lets pass what every pattern of the kind is found in', async () => {
    const uids = await opened({
      ...WHITELIST,
      'tsd.uidfilter.whitelist.metric_patterns': '^sys,cpu',
      'tsd.uidfilter.whitelist.tagk_patterns': '.*',
    });
    expect(await uids.getOrCreateId('metrics', 'sys.cpu.user')).toEqual(uid('000001'));
    const e = await uids.getOrCreateId('metrics', 'sys.mem').catch((x: unknown) => x);
    expect(e).toBeInstanceOf(FailedToAssignUniqueId);
    expect((e as Error).message).toBe(
      "Failed to assign ID for kind='metrics' name='sys.mem' after 0 attempts due to: Blocked by UID filter.",
    );
    expect(await uids.getOrCreateId('tagv', 'anything')).toEqual(uid('000001'));
    await uids.getOrCreateId('tagk', 'k');
    expect(await cell(store.storage, uid('00'), 'id', 'metrics')).toBe('0000000000000001');
    expect(figuresOf(uids)).toMatchObject({
      'uid.rejected-assignments kind=metrics': 1,
      'uid.rejected-assignments kind=tagk': 0,
      'uid.filter.whitelist.accepted type=metrics plugin=uidFilter': 1,
      'uid.filter.whitelist.rejected type=metrics plugin=uidFilter': 1,
      'uid.filter.whitelist.accepted type=tagk plugin=uidFilter': 1,
      'uid.filter.whitelist.accepted type=tagv plugin=uidFilter': 1,
    });
  });

  it('does not ask about names that have a UID', async () => {
    const id = await uidsOver(store.storage).getOrCreateId('metrics', 'other');
    const uids = await opened({ ...WHITELIST, 'tsd.uidfilter.whitelist.metric_patterns': '^sys' });
    expect(await uids.getOrCreateId('metrics', 'other')).toEqual(id);
  });

  it('splits its lists at its delimiter, an expression', async () => {
    const uids = await opened({
      ...WHITELIST,
      'tsd.uidfilter.whitelist.delimiter': '\\s*;\\s*',
      'tsd.uidfilter.whitelist.tagv_patterns': '^a ; z$',
    });
    await uids.getOrCreateId('tagv', 'a-z');
    await expect(uids.getOrCreateId('tagv', 'a-y')).rejects.toThrow('Blocked by UID filter.');
  });

  it.each([
    ['metric', '('],
    ['tagk', '*'],
    ['tagv', '[a'],
  ])('does not start with a %s pattern that does not compile', async (type, pattern) => {
    const uids = uidsOver(store.storage, { ...WHITELIST, [`tsd.uidfilter.whitelist.${type}_patterns`]: pattern });
    await expect(uids.open()).rejects.toMatchObject({
      message: 'Failed to initialize UID filter plugin',
      cause: { message: `The ${type} whitelist pattern [${pattern}] does not compile.` },
    });
  });
});

describe('a filter of one’s own', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'uid-filter-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is a module whose class decides', async () => {
    const path = join(dir, 'no-digits.js');
    writeFileSync(
      path,
      `exports.NoDigits = class {
         async initialize(config) { this.off = config.getString('my.filter') === 'off'; }
         filters() { return !this.off; }
         async allow(kind, name, point) { return kind !== 'tagv' || !/\\d/.test(name) || point?.metric === 'free'; }
       };`,
    );
    const settings = { 'tsd.uidfilter.enable': 'true', 'tsd.uidfilter.plugin': path };
    const uids = await opened(settings);
    await uids.getOrCreateId('metrics', 'm1');
    await uids.getOrCreateId('tagv', 'abc');
    await expect(uids.getOrCreateId('tagv', 'a1')).rejects.toThrow('Blocked by UID filter.');
    await uids.getOrCreateId('tagv', 'a1', { metric: 'free', tags: new Map() });
    const off = await opened({ ...settings, 'my.filter': 'off' });
    await off.getOrCreateId('tagv', 'a2');
  });

  it('fails closed: what it could not judge has no UID, and may have one when it can', async () => {
    const path = join(dir, 'list.cjs');
    writeFileSync(
      path,
      `const { existsSync } = require('node:fs');
       const ready = ${JSON.stringify(join(dir, 'ready'))};
       const check = () => { if (!existsSync(ready)) throw new Error('no list'); return true; };
       module.exports = { allow: (kind) => (kind === 'tagv' ? Promise.resolve().then(check) : check()) };`,
    );
    const uids = await opened({ 'tsd.uidfilter.enable': 'true', 'tsd.uidfilter.plugin': path });
    for (const kind of ['metrics', 'tagv'] as const) {
      const refused = uids.getOrCreateId(kind, 'a');
      await expect(refused).rejects.toBeInstanceOf(FailedToAssignUniqueId);
      await expect(refused).rejects.toThrow(/'a' after 0 attempts due to: The UID filter failed: no list$/);
      expect(await cell(store.storage, uid('00'), 'id', kind)).toBeNull();
    }
    expect(figuresOf(uids)).toMatchObject({ 'plugin.calls type=failed role=uidFilter': 2, 'plugin.calls type=made role=uidFilter': 2 });
    writeFileSync(join(dir, 'ready'), '');
    expect(await uids.getOrCreateId('metrics', 'a')).toEqual(uid('000001'));
  });

  it('must be there', async () => {
    const uids = uidsOver(store.storage, { 'tsd.uidfilter.enable': 'true', 'tsd.uidfilter.plugin': 'com.example.Gone' });
    await expect(uids.open()).rejects.toThrow('Unable to locate UID filter plugin plugin: com.example.Gone');
  });

  it('is not asked when it is not enabled', async () => {
    const uids = await opened({ 'tsd.uidfilter.plugin': 'com.example.Gone' });
    await uids.getOrCreateId('tagk', 'a');
  });

  it('is not for the tools, which do not open what they use', async () => {
    const uids = uidsOver(store.storage, { ...WHITELIST, 'tsd.uidfilter.whitelist.metric_patterns': '^sys' });
    expect(await uids.getOrCreateId('metrics', 'other')).toEqual(uid('000001'));
  });
});
