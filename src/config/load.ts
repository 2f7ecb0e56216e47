import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { JavaNamed } from '../util/errors';
import { LayeredConfig } from './config';
import { PACKAGED_STATIC_ROOT } from './packaged-files';
import { parseProperties } from './properties';

/** Where a configuration is looked for, in this order, when no file is named. The first that opens and parses is taken. */
const SEARCH_PATH: readonly string[] = [
  'opentsdb.conf',
  '/etc/opentsdb.conf',
  '/etc/opentsdb/opentsdb.conf',
  '/opt/opentsdb/opentsdb.conf',
];

const DEFAULT_PORT = '4242';

export interface LoadOptions {
  /** The file to read; null or empty: search. */
  file?: string | null;
  /** Values from the command line, over the file's. */
  overrides?: Iterable<readonly [string, string]>;
  searchPath?: readonly string[];
}

export interface LoadedConfig {
  config: LayeredConfig;
  /** The file it came from; null: none was found. */
  file: string | null;
}

/** A named file that can't be opened. Java's text. */
class ConfigFileNotFoundError extends Error implements JavaNamed {
  constructor(path: string, reason: string) {
    super(`${path} (${reason})`);
    this.name = 'ConfigFileNotFoundError';
  }

  get javaClass(): string {
    return 'java.io.FileNotFoundException';
  }
}

/**
 * Reads the configuration the way the original does. Directories that it requires get values that work when the file does not name them;
 * without any file the port does, too, so that a daemon starts with nothing installed.
 *
 * @throws ConfigFileNotFoundError, MalformedEscapeError for a named file; a bad file on the search path is skipped
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const found = options.file ? readNamed(options.file) : search(options.searchPath ?? SEARCH_PATH);
  const values = new Map([...directories(), ...(found?.values ?? [['tsd.network.port', DEFAULT_PORT] as const])]);
  const config = new LayeredConfig(values, found ? dirname(resolve(found.file)) : undefined);
  for (const [key, value] of options.overrides ?? []) config.set(key, value);
  return { config, file: found?.file ?? null };
}

/** Directories that the original does not start without, for a file that does not name them: the shipped files, and a place for temporary ones. */
function directories(): Map<string, string> {
  return new Map([
    ['tsd.http.staticroot', PACKAGED_STATIC_ROOT],
    ['tsd.http.cachedir', join(tmpdir(), 'opentsdb')],
  ]);
}

function readNamed(file: string): { file: string; values: Map<string, string> } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    const reason = code === 'EACCES' ? 'Permission denied' : code === 'EISDIR' ? 'Is a directory' : 'No such file or directory';
    throw new ConfigFileNotFoundError(file, reason);
  }
  return { file, values: parseProperties(bytes) };
}

function search(path: readonly string[]): { file: string; values: Map<string, string> } | null {
  for (const file of path) {
    try {
      return readNamed(file);
    } catch {
      continue; // skipped silently, as the original does
    }
  }
  return null;
}
