import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where hbase-schema/local/hbase has put HBase's jars. */
export const HBASE_JARS = path.join(os.homedir(), '.cache/opentsdb-ts/hbase-2.5.11-hadoop3/lib');

/** Where the interop suites have put the original's jars. */
export const ORIGINAL_JARS = path.join(os.homedir(), '.cache/opentsdb-ts/original-2.4.1/lib');

const OPENS = ['nio', 'lang', 'lang.reflect', 'util', 'util.concurrent'].map((name) => `java.base/java.${name}`);
const LOGBACK = `<configuration><appender name="S" class="ch.qos.logback.core.ConsoleAppender"><target>System.err</target>
<encoder><pattern>%d %-5level %logger{0}: %msg%n</pattern></encoder></appender><root level="ERROR"><appender-ref ref="S"/></root></configuration>`;

/**
 * What to spawn for a program of the original.
 * @param name its class in net.opentsdb.tools
 * @param dir where its log configuration may be written
 */
export function originalCommand(name, args, { jars = ORIGINAL_JARS, dir, heap = '1g' }) {
  const logback = path.join(dir, 'logback.xml');
  fs.writeFileSync(logback, LOGBACK);
  const opens = [...OPENS, 'java.base/sun.nio.ch', 'java.base/jdk.internal.ref'].flatMap((each) => ['--add-opens', `${each}=ALL-UNNAMED`]);
  const exported = ['--add-exports', 'java.base/jdk.internal.misc=ALL-UNNAMED'];
  const classes = ['-cp', `${jars}/*`, `net.opentsdb.tools.${name}`];
  return ['java', [`-Xmx${heap}`, ...opens, ...exported, `-Dlogback.configurationFile=${logback}`, ...classes, ...args]];
}

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
