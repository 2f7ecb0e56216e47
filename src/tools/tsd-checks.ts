import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { ConfigValueError, describeSetting, KEY_NAMES, type Config } from '../config';
import { readRequiredSettings, readSpoolSettings, readStorageSettings } from '../config/settings';
import { messageOf } from '../util/message-of';

/** What keeps the daemon from starting, with the exit code for it. */
export class StartError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** The settings without which there is no daemon, in the original's order. @throws StartError */
export function checkRequired(config: Config): void {
  const { staticRoot, cacheDir, port, connectionsLimit, workerThreads } = readRequiredSettings(config);
  const refuse = (problem: string, key: string): never => {
    throw new StartError(`${problem}: ${describeSetting(config, key)}`, 1);
  };
  if (staticRoot === null) return refuse('Missing static root directory', KEY_NAMES.staticRoot);
  if (cacheDir === null) return refuse('Missing cache directory', KEY_NAMES.cacheDir);
  if (port === 'missing') refuse('Missing network port', KEY_NAMES.port);
  if (port === 'invalid') refuse('Invalid network port setting', KEY_NAMES.port);
  checkDirectory(KEY_NAMES.staticRoot, staticRoot, false);
  checkDirectory(KEY_NAMES.cacheDir, cacheDir, true);
  if (typeof connectionsLimit === 'string') refuse('Invalid connections limit', KEY_NAMES.connectionsLimit);
  if (workerThreads === 'invalid') refuse('Invalid worker thread count', KEY_NAMES.workerThreads);
}

/** @param writable made when it is missing. @throws StartError. Mirrors FileSystem.checkDirectory. */
function checkDirectory(key: string, path: string, writable: boolean): void {
  const refuse = (problem: string): never => {
    throw new StartError(`${problem} [${path}]: ${key}`, 3);
  };
  if (writable) {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch {
      // reported below, by what is there now
    }
  }
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch {
    return refuse('No such directory'); // also when something on the way is a file, or may not be entered
  }
  if (!isDirectory) refuse('Not a directory');
  if (writable && !may(path, constants.W_OK)) refuse('Cannot write to directory');
  if (!may(path, constants.R_OK | constants.X_OK)) refuse('Cannot read directory');
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The directories that points go into are there, or can be made, and may be written. @throws ConfigValueError */
export function checkStoreDirectories(config: Config): void {
  const { engine, embeddedPath } = readStorageSettings(config);
  const spool = readSpoolSettings(config);
  const paths: [key: string, path: string][] = [];
  if (engine === 'embedded') paths.push([KEY_NAMES.embeddedPath, embeddedPath]);
  if (spool !== null) paths.push([KEY_NAMES.spoolPath, spool.path]);
  for (const [key, path] of paths) {
    try {
      mkdirSync(path, { recursive: true });
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new ConfigValueError(key, path, messageOf(error));
    }
  }
}
