import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { run } from '../../src/tools/tables';
import { loadConfig } from '../../src/config';
import { readHBaseSettings } from '../../src/config/settings';
import { describeWithHBase } from './support/needs';

jest.setTimeout(120_000);

describeWithHBase('tsdb tables', (quorum) => {
  const prefix = `tables${process.pid}_`;
  const names = ['tsdb-uid', 'tsdb', 'tsdb-tree', 'tsdb-meta'].map((name) => prefix + name);
  let dir: string;
  let config: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'tables-'));
    config = join(dir, 'tsd.conf');
    const keys = ['uid_table', 'data_table', 'tree_table', 'meta_table'];
    const lines = keys.map((key, i) => `tsd.storage.hbase.${key} = ${names[i]}\n`);
    writeFileSync(
      config,
      `tsd.storage.hbase.zk_quorum = ${quorum}\ntsd.storage.salt.width = 1\ntsd.storage.salt.buckets = 4\n${lines.join('')}`,
    );
  });
  afterAll(async () => {
    await withAdmin(async (admin) => {
      for (const name of names) {
        await admin.disableTable(name);
        await admin.deleteTable(name);
      }
    });
    rmSync(dir, { recursive: true });
  });

  async function withAdmin(work: (admin: HBaseAdmin) => Promise<void>): Promise<void> {
    const storage = new HBaseStorage(readHBaseSettings(loadConfig({ file: config }).config));
    await storage.open();
    const admin = new HBaseAdmin(storage.cluster);
    await work(admin).finally(() => {
      admin.close();
      return storage.close();
    });
  }

  async function tables(verb: string): Promise<{ code: number; out: string }> {
    const stdout = new PassThrough();
    const parts: Buffer[] = [];
    stdout.on('data', (d: Buffer) => parts.push(d));
    const code = await run([verb, '--config', config], { stdout, stderr: stdout, stdin: Readable.from([]) });
    return { code, out: Buffer.concat(parts).toString() };
  }

  test('are missing, are created with a region for each salt, and then are fine', async () => {
    expect(await tables('check')).toEqual({ code: 1, out: names.map((name) => `${name}: does not exist\n`).join('') });
    expect(await tables('create')).toEqual({
      code: 0,
      out: names.map((name) => `${name}: created${name === `${prefix}tsdb` ? ' with 4 regions' : ''}\n`).join(''),
    });
    expect(await tables('check')).toEqual({ code: 0, out: names.map((name) => `${name}: ok\n`).join('') });
    expect(await tables('create')).toEqual({ code: 0, out: names.map((name) => `${name}: exists already\n`).join('') });
    await withAdmin(async (admin) => {
      expect((await admin.regions(`${prefix}tsdb`)).map((region) => region.startKey.toString('hex'))).toEqual(['', '01', '02', '03']);
      const [family] = (await admin.describeTable(`${prefix}tsdb`)).families;
      expect(family).toMatchObject({ name: 't', attributes: { VERSIONS: '1', BLOOMFILTER: 'ROW', DATA_BLOCK_ENCODING: 'DIFF' } });
    });
  });

  test('an unknown verb is usage', async () => {
    expect(await tables('drop')).toMatchObject({ code: 2 });
  });
});
