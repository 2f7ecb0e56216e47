#!/usr/bin/env node
// The least that a query can cost in Node: a bare HTTP server that reads the rows from HBase with this project's client, looks at none of
// them and gives the answer that a TSD once gave. `bench/query.mjs --port FLOOR --vs TSD --only "one series"` says how far from it a TSD is.
// It ends by itself. Needs `npm run build`.
import http from 'node:http';
import { parseArgs } from 'node:util';
import hbase from '../dist/storage/hbase/index.js';

const USAGE = `Usage: bench/floor.mjs --of PORT --table TABLE [options]
  --of PORT        a TSD on HBase that has the data and gives the answers
  --table TABLE    its data table
  --zk QUORUM      (127.0.0.1:2181)
  --port PORT      where to answer (4243)
  --minutes N      how long (10)`;

const { values: options } = parseArgs({
  options: {
    of: { type: 'string' },
    table: { type: 'string' },
    zk: { type: 'string', default: '127.0.0.1:2181' },
    port: { type: 'string', default: '4243' },
    minutes: { type: 'string', default: '10' },
  },
});
if (!options.of || !options.table) {
  console.error(USAGE);
  process.exit(2);
}

const FAMILY = Buffer.from('t');
const METRIC_DIGITS = 6;
const HOUR = 3600;
const storage = hbase.HBaseStorage.withOptions({ zkQuorum: options.zk });

function key(metric, seconds) {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(seconds);
  return Buffer.concat([metric, time]);
}

/** What to read and what to answer for a request path. */
async function prepare(path) {
  const target = `http://127.0.0.1:${options.of}${path}`;
  const answer = Buffer.from(await (await fetch(target)).arrayBuffer());
  const [{ tsuids }] = await (await fetch(`${target}&show_tsuids`)).json();
  const metric = Buffer.from(tsuids[0].slice(0, METRIC_DIGITS), 'hex');
  const params = new URL(target).searchParams;
  const [start, end] = [Number(params.get('start')), Number(params.get('end')) + 1];
  const scan = {
    start: key(metric, start - (start % HOUR)),
    stop: key(metric, end + HOUR - (end % HOUR)),
    family: FAMILY,
    transient: true,
  };
  return { answer, scan };
}

const prepared = new Map();
const server = http.createServer(async (request, response) => {
  try {
    if (!prepared.has(request.url)) prepared.set(request.url, await prepare(request.url));
    const { answer, scan } = prepared.get(request.url);
    let rows = 0;
    for await (const batch of storage.scan(options.table, scan)) rows += batch.length;
    response.writeHead(rows > 0 ? 200 : 500, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
    response.end(answer);
  } catch (error) {
    response.writeHead(500);
    response.end(String(error));
  }
});
server.listen(Number(options.port), '127.0.0.1');
setTimeout(() => process.exit(), Number(options.minutes) * 60_000).unref();
