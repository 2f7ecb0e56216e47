#!/usr/bin/env node
// What the HBase client costs and reaches, without a TSD around it: cells a second and processor time a cell of this process, for puts
// (the cells of a row in one mutation), scans and gets. It makes a table of its own and drops it. Needs `npm run build`.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import hbase from '../dist/storage/hbase/index.js';
import storage from '../dist/storage/index.js';

const { values: options } = parseArgs({
  options: {
    zk: { type: 'string', default: '127.0.0.1:2181' },
    cells: { type: 'string', default: '500000' },
    series: { type: 'string', default: '1000' },
    'cells-per-put': { type: 'string', default: '10' },
    regions: { type: 'string', default: '1' },
    'in-flight': { type: 'string', default: '4' },
    runs: { type: 'string', default: '3' },
    durability: { type: 'string', default: 'default' },
  },
});
const [cells, series, perPut, regions, inFlight, runs] = ['cells', 'series', 'cells-per-put', 'regions', 'in-flight', 'runs'].map((o) =>
  Number(options[o]),
);
const ROWS_PER_CALL = 1000;
const FAMILY = Buffer.from('t');
const BASE = 1356998400;

/** Row puts in order of arrival: every series gets `perPut` cells, then the next ones; 900 cells fill a row of 15 minutes of seconds. */
function makePuts() {
  const puts = [];
  const rounds = Math.floor(cells / series / perPut);
  for (let round = 0; round < rounds; round++) {
    const first = round * perPut;
    for (let i = 0; i < series; i++) {
      const row = Buffer.alloc(13);
      row[0] = Math.floor((i * 256) / series); // stands for a salt: spreads the series over the regions
      row.writeUIntBE(1, 1, 2);
      row.writeUInt32BE(BASE + Math.floor(first / 900) * 3600, 3);
      row.writeUIntBE(1, 7, 3);
      row.writeUIntBE(i + 1, 10, 3);
      const packed = new storage.PackedCells(perPut * 12);
      for (let c = 0; c < perPut; c++) {
        const at = packed.reserve(2, 4);
        packed.bytes.writeUInt16BE((((first + c) % 900) << 4) | 0xb, at);
        packed.bytes.writeFloatBE(i + c, at + 2);
      }
      puts.push({ row, cells: packed });
    }
  }
  return puts;
}

async function measured(name, count, work) {
  const cpu = process.cpuUsage();
  const startedAt = process.hrtime.bigint();
  await work();
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const used = process.cpuUsage(cpu);
  const rate = Math.round(count / seconds);
  console.log(
    `${name.padEnd(28)} ${rate.toLocaleString('en').padStart(12)}/s  ${((used.user + used.system) / count).toFixed(2)} us CPU each`,
  );
  return rate;
}

async function putAll(client, table, puts) {
  let next = 0;
  const worker = async () => {
    while (next < puts.length) {
      const rows = puts.slice(next, (next += ROWS_PER_CALL));
      const failures = await client.put(table, FAMILY, rows, { durability: options.durability });
      if (failures.length > 0) throw failures[0].error;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function scanAll(client, table, scan = {}) {
  let rows = 0;
  let found = 0;
  for await (const batch of client.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0), ...scan })) {
    rows += batch.length;
    for (const row of batch) found += row.size;
  }
  return { rows, cells: found };
}

const client = hbase.HBaseStorage.withOptions({ zkQuorum: options.zk });
await client.open();
const admin = new hbase.HBaseAdmin(client.cluster);
const table = `bench_${randomBytes(4).toString('hex')}`;
const splitKeys = Array.from({ length: regions - 1 }, (_, i) => Buffer.of(Math.floor(((i + 1) * 256) / regions)));
await admin.createTable({ name: table, families: [{ name: 't', versions: 1, bloomFilter: 'ROW', dataBlockEncoding: 'DIFF' }], splitKeys });
try {
  const puts = makePuts();
  const total = puts.length * perPut;
  console.log(`${total} cells in ${series} series, ${perPut} cells a put, ${regions} regions, ${inFlight} calls at once`);
  for (let run = 1; run <= runs; run++) await measured(`put (run ${run})`, total, () => putAll(client, table, puts));
  for (let run = 1; run <= runs; run++) {
    let seen;
    await measured(`scan (run ${run})`, total, async () => (seen = await scanAll(client, table)));
    if (seen.cells !== total) throw new Error(`the scan found ${seen.cells} cells of ${total}`);
  }
  const gets = puts.slice(0, Math.min(series, 10000)).map(({ row }) => ({ row }));
  await measured('get, one by one, 64 at once', gets.length, async () => {
    let next = 0;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (next < gets.length) await client.get(table, gets[next++]);
      }),
    );
  });
  await measured('multi-get', gets.length, () => client.multiGet(table, gets));
  console.log(`resident memory: ${Math.round(process.memoryUsage().rss / 1048576)} MB`);
} finally {
  await admin.disableTable(table);
  await admin.deleteTable(table);
  admin.close();
  await client.close();
}
