import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fetchOriginal } from './original';

const LIBRARIES = join(homedir(), '.cache', 'opentsdb-ts', 'original-2.4.1', 'lib', '*');

/** Compiles a plugin of the original out of this directory into `classes`. */
export function compileJavaPlugin(name: string, classes: string): void {
  fetchOriginal();
  mkdirSync(classes, { recursive: true });
  execFileSync('javac', ['-nowarn', '-proc:none', '-cp', LIBRARIES, '-d', classes, join(__dirname, `${name}.java`)], { stdio: 'pipe' });
}

/** Announces a plugin class under `classes`, the way the original finds plugins. */
export function registerJavaPlugin(name: string, service: string, classes: string): void {
  const services = join(classes, 'META-INF', 'services');
  mkdirSync(services, { recursive: true });
  writeFileSync(join(services, service), `${name}\n`);
}
