import { createStore } from '../app/store';
import { HBaseAdmin, HBaseStorage } from '../storage/hbase';
import { declareTool, usageOf, parseArguments, UsageError } from './arguments';
import { addCommonOptions, loadCheckedConfig, runTool, type ToolIo } from './common';
import { describeTables, findProblems, type TableAttributes, type WantedTable } from './table-schema';

const USAGE = `Usage: tables create|check
  create: makes the tables that are missing; a salted data table with a region for each salt.
  check: says what is missing or wrong; exit code 1 if anything is.
`;

/**
 * `tsdb tables create|check`: the original's tables, through HBase's master. Attributes come from the variables of
 * create_table.sh; compression is NONE unless COMPRESSION says otherwise, since a stock HBase has no LZO.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('tables', USAGE));
    const [verb, ...more] = parseArguments(command, argv);
    if ((verb !== 'create' && verb !== 'check') || more.length > 0) {
      io.stderr.write(usageOf(command));
      return 2;
    }
    const { config } = loadCheckedConfig(command);
    const { model, storage } = createStore(config);
    if (!(storage instanceof HBaseStorage)) {
      io.stdout.write('The embedded store makes its tables itself: nothing to do\n');
      return 0;
    }
    const tables = describeTables(model, attributesOf(process.env));
    const admin = new HBaseAdmin(storage.cluster);
    try {
      await storage.open();
      return verb === 'create' ? await create(admin, tables, io) : await check(admin, tables, io);
    } finally {
      admin.close();
      await storage.close();
    }
  });
}

/** @throws UsageError for a TSDB_TTL that is no number of seconds */
function attributesOf(env: NodeJS.ProcessEnv): TableAttributes {
  const compression = (env.COMPRESSION ?? 'NONE').toUpperCase();
  const ttl = env.TSDB_TTL ?? 'FOREVER';
  if (ttl !== 'FOREVER' && !/^[1-9]\d*$/.test(ttl)) throw new UsageError(`TSDB_TTL is neither FOREVER nor a number of seconds: ${ttl}`);
  return {
    compression: compression === 'GZIP' ? 'GZ' : compression,
    bloomFilter: env.BLOOMFILTER ?? 'ROW',
    dataBlockEncoding: (env.DATA_BLOCK_ENCODING ?? 'DIFF').toUpperCase(),
    ttlSeconds: ttl === 'FOREVER' ? undefined : Number(ttl),
  };
}

async function create(admin: HBaseAdmin, tables: readonly WantedTable[], io: ToolIo): Promise<number> {
  const existing = new Set(await admin.listTables());
  for (const table of tables) {
    if (existing.has(table.name)) {
      io.stdout.write(`${table.name}: exists already\n`);
      continue;
    }
    await admin.createTable(table);
    const regions = (table.splitKeys?.length ?? 0) + 1;
    io.stdout.write(`${table.name}: created${regions > 1 ? ` with ${regions} regions` : ''}\n`);
  }
  return 0;
}

async function check(admin: HBaseAdmin, tables: readonly WantedTable[], io: ToolIo): Promise<number> {
  const existing = new Set(await admin.listTables());
  let bad = 0;
  for (const table of tables) {
    const problems = existing.has(table.name) ? findProblems(table, await admin.describeTable(table.name)) : ['does not exist'];
    bad += problems.length;
    io.stdout.write(`${table.name}: ${problems.length > 0 ? problems.join('; ') : 'ok'}\n`);
  }
  return bad > 0 ? 1 : 0;
}
