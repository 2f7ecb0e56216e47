import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LayeredConfig } from '../../src/config';
import { readDataModel } from '../../src/tables';
import { describeTables } from '../../src/tools/table-schema';

const scripts = join(__dirname, '../../hbase-schema');
let home: string;
beforeAll(() => {
  // An HBase whose shell prints what it is told to do.
  home = mkdtempSync(join(tmpdir(), 'hbase-home-'));
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'hbase'), '#!/bin/sh\ncat\n');
  chmodSync(join(home, 'bin', 'hbase'), 0o755);
});
afterAll(() => rmSync(home, { recursive: true }));

function statements(script: string, env: Record<string, string> = {}): { out: string; err: string; status: number | null } {
  const r = spawnSync('sh', [join(scripts, script)], { encoding: 'utf8', env: { PATH: process.env.PATH, HBASE_HOME: home, ...env } });
  return { out: r.stdout.replace(/\n +/g, ' ').trim(), err: r.stderr, status: r.status };
}

/** The same statements from the one description of the tables. */
function fromDescription(config: LayeredConfig, compression: string, ttl = 'FOREVER'): string[] {
  const same = `COMPRESSION => '${compression}', BLOOMFILTER => 'ROW', DATA_BLOCK_ENCODING => 'DIFF'`;
  return describeTables(readDataModel(config), { compression, bloomFilter: 'ROW', dataBlockEncoding: 'DIFF' }).map(
    ({ name, families, splitKeys = [], mayExpire }) => {
      const parts = families.map(
        (f) => `{NAME => '${f.name}'${f.versions ? ', VERSIONS => 1' : ''}, ${same}${mayExpire ? `, TTL => '${ttl}'` : ''}}`,
      );
      const hex = splitKeys.map((key) => `"${[...key].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}"`);
      return `create '${name}', ${parts.join(', ')}${hex.length ? `, SPLITS => [${hex.join(', ')}]` : ''}`;
    },
  );
}

test('create_table.sh makes the tables of the data model, as the original does', () => {
  const { out, status } = statements('create_table.sh');
  expect(out.split(/\n+/)).toEqual(fromDescription(new LayeredConfig(), 'LZO'));
  expect(status).toBe(0);
});

test('salted: a region for each salt', () => {
  const config = new LayeredConfig([
    ['tsd.storage.salt.width', '1'],
    ['tsd.storage.salt.buckets', '20'],
  ]);
  const { out } = statements('create_table.sh', { SALT_BUCKETS: '20', COMPRESSION: 'snappy' });
  expect(out.split(/\n+/)).toEqual(fromDescription(config, 'SNAPPY'));
  expect(out).toContain('"\\x13"]');
});

test('variables name the tables and set attributes; what is unknown is warned of', () => {
  const { out, err } = statements('create_table.sh', {
    TSDB_TABLE: 'x',
    TSDB_TTL: '86400',
    COMPRESSION: 'gzip',
    DATA_BLOCK_ENCODING: 'odd',
  });
  expect(out).toContain(
    "create 'x', {NAME => 't', VERSIONS => 1, COMPRESSION => 'GZ', BLOOMFILTER => 'ROW', DATA_BLOCK_ENCODING => 'ODD', TTL => '86400'}",
  );
  expect(err).toBe("warning: encoding 'ODD' might not be supported.\n");
});

test('upgrade_1to2.sh makes the tree and meta tables, without a data block encoding', () => {
  expect(statements('upgrade_1to2.sh').out.split(/\n+/)).toEqual([
    "create 'tsdb-tree', {NAME => 't', VERSIONS => 1, COMPRESSION => 'LZO', BLOOMFILTER => 'ROW'}",
    "create 'tsdb-meta', {NAME => 'name', COMPRESSION => 'LZO', BLOOMFILTER => 'ROW'}",
  ]);
});

test.each(['create_table.sh', 'upgrade_1to2.sh'])('%s without HBase', (script) => {
  expect(statements(script, { HBASE_HOME: '/nowhere' })).toMatchObject({ out: 'No such directory: HBASE_HOME=/nowhere', status: 1 });
});
