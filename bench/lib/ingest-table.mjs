import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

const LOAD = { proto: 'telnet', points: 1_000_000, series: 1000, burst: 1, names: 'seen', connections: 4, batch: 500 };
const BOTH = ['ours', 'original'];
/** With its interval of a second a client that waits for storage gets some 2,000 points a second through. */
const BOTH_SYNC = ['ours', 'original,hbase.rpcs.buffered_flush_interval=20'];
const VICTORIA = ['ours', 'victoria'];
const WORKERS = ['ours,tsd.network.worker_threads=4', 'ours,tsd.network.worker_threads=1'];

/** The loads of docs/performance.md: what they are called, what is sent, to which store, and who is compared. */
const TABLE = [
  { title: 'HBase, telnet, 1,000 series', store: 'hbase', peers: BOTH, load: {} },
  { title: 'HBase, telnet, 100,000 series', store: 'hbase', peers: BOTH, load: { series: 100_000 } },
  { title: 'HBase, `?sync&summary`, 1,000 series', store: 'hbase', peers: BOTH_SYNC, load: { proto: 'sync', points: 500_000 } },
  {
    title: 'HBase, `?sync&summary`, 100,000 series',
    store: 'hbase',
    peers: BOTH_SYNC,
    load: { proto: 'sync', series: 100_000, points: 500_000 },
  },
  { title: 'HBase, telnet, first sight of a million series', store: 'hbase', peers: BOTH, load: { series: 1_000_000, names: 'known' } },
  { title: 'embedded, telnet, 10,000 series', store: 'embedded', peers: VICTORIA, load: { series: 10_000 } },
  { title: 'embedded, telnet, 100,000 series', store: 'embedded', peers: VICTORIA, load: { series: 100_000 } },
  { title: 'embedded, telnet, a million series', store: 'embedded', peers: VICTORIA, load: { series: 1_000_000 } },
  { title: 'no storage, telnet, 100,000 series, 4 workers / 1', store: 'sink', peers: WORKERS, load: { series: 100_000 } },
];

const installed = (program) => spawnSync('which', [program]).status === 0;

/** The loads that can be measured here: those on HBase need one, and VictoriaMetrics is left out where it is not installed. */
export function tableRows({ zk, pattern }) {
  const victoria = installed('victoria-metrics');
  return TABLE.filter(({ title, store }) => pattern.test(title) && (store !== 'hbase' || zk !== undefined)).map((row) => ({
    ...row,
    load: { ...LOAD, ...row.load },
    peers: victoria ? row.peers : row.peers.filter((peer) => peer !== 'victoria'),
  }));
}

const number = (value, digits) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
/** Digits enough to see a tenth of it change. */
const micros = (value) => number(value, value < 10 ? 2 : 1);

/** `a / b (ratio)` for the first peer and another; a dash where nothing is known. */
function pair(first, other, print) {
  if (first === null && (other ?? null) === null) return '–';
  const shown = (value) => (value === null ? '–' : print(value));
  if (other === undefined) return shown(first);
  return `${shown(first)} / ${shown(other)}${first === null || other === null ? '' : ` (${(first / other).toFixed(2)})`}`;
}

/** The table and the machine. @param done rows with their `results` */
export function markdown(done) {
  const lines = [
    '| load, ours / peer (ratio) | peer | TSD, µs a point | storage, µs | sender, µs | points/s | RSS, MB | disk, bytes a point |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const { title, results } of done) {
    const [first, ...others] = results;
    for (const other of others.length === 0 ? [undefined] : others) {
      const of = (name, print) => pair(first[name], other?.[name], print);
      const figures = [
        of('tsd', micros),
        of('storage', micros),
        of('sender', micros),
        of('rate', (v) => number(v, 0)),
        of('rss', (v) => number(v, 0)),
      ];
      lines.push(`| ${[title, other?.name ?? first.name, ...figures, of('disk', (v) => number(v, 1))].join(' | ')} |`);
    }
  }
  return [...lines, '', machine()].join('\n');
}

function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} cores (${model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`;
}
