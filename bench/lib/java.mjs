import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where hbase-schema/local/hbase has put HBase's jars. */
export const HBASE_JARS = path.join(os.homedir(), '.cache/opentsdb-ts/hbase-2.5.11-hadoop3/lib');

/** Compiles bench/java/NAME.java against HBase's own client and runs it. @returns its output; ends this process with its errors if it fails */
export function runJava(name, jars, args) {
  const source = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'java', `${name}.java`);
  const classes = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-java-'));
  const run = (command, rest) => spawnSync(command, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const built = run('javac', ['-cp', `${jars}/*`, '-d', classes, source]);
  const done = built.status === 0 ? run('java', ['-Xmx1g', '-cp', `${classes}:${jars}/*`, name, ...args]) : built;
  fs.rmSync(classes, { recursive: true });
  if (done.status !== 0) {
    console.error((done.stderr ?? String(done.error)).slice(-1000));
    process.exit(1);
  }
  return done.stdout;
}
