import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was built, when, from which revision. Strings all, as `/api/version` shows them. Mirrors BuildData. */
export interface BuildData {
  version: string;
  short_revision: string;
  full_revision: string;
  /** MINT: built from a clean checkout; MODIFIED; UNKNOWN. */
  repo_status: string;
  /** Seconds since the epoch. */
  timestamp: string;
  user: string;
  host: string;
  repo: string;
  branch: string;
}

let loaded: BuildData | undefined;

/** Reads dist/build-data.json, which bin/build leaves; run from sources without it, says UNKNOWN. */
export function buildData(): BuildData {
  if (!loaded) {
    const unknown: BuildData = {
      version: '2.4.1',
      short_revision: '0000000',
      full_revision: '0000000000000000000000000000000000000000',
      repo_status: 'UNKNOWN',
      timestamp: '0',
      user: 'unknown',
      host: 'unknown',
      repo: 'opentsdb-ts',
      branch: 'unknown',
    };
    try {
      loaded = { ...unknown, ...(JSON.parse(readFileSync(join(__dirname, '..', 'build-data.json'), 'utf8')) as Partial<BuildData>) };
    } catch {
      loaded = unknown;
    }
  }
  return loaded;
}

/** The two lines of `tsdb version`, telnet `version` and `/version`, each ended by a newline. */
export function versionLines(data: BuildData = buildData()): string {
  const date = new Date(Number(data.timestamp) * 1000).toISOString().slice(0, 19).replace('T', ' ').replace(/-/g, '/');
  return (
    `net.opentsdb.tools ${data.version} built at revision ${data.short_revision} (${data.repo_status})\n` +
    `Built on ${date} +0000 by ${data.user}@${data.host}:${data.repo}\n`
  );
}
