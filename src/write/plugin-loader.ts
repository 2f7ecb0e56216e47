import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger } from 'winston';
import type { Config } from '../config/types';
import { IllegalArgumentError } from '../util/errors';
import type { DataPointFilter, RtPublisher, StorageExceptionHandler, WritePlugin, WritePlugins } from './plugins';

const KEYS = {
  publisher: { prefix: 'tsd.rtpublisher', what: 'real time publisher', method: 'publishDataPoint' },
  exceptionHandler: { prefix: 'tsd.core.storage_exception_handler', what: 'storage exception handler', method: 'handleError' },
  filter: { prefix: 'tsd.timeseriesfilter', what: 'time series filter plugin', method: 'allowDataPoint' },
} as const;

/**
 * The plugins of the write path that the configuration enables: `<prefix>.enable` and `<prefix>.plugin`, the path of a module
 * (relative ones from the working directory) or the name of a package.
 * @throws IllegalArgumentError in the original's words
 */
export async function loadWritePlugins(config: Config, logger: Logger): Promise<WritePlugins> {
  return {
    publisher: await load<RtPublisher>(config, logger, KEYS.publisher),
    exceptionHandler: await load<StorageExceptionHandler>(config, logger, KEYS.exceptionHandler),
    filter: await load<DataPointFilter>(config, logger, KEYS.filter),
  };
}

async function load<P extends WritePlugin>(
  config: Config,
  logger: Logger,
  { prefix, what, method }: { prefix: string; what: string; method: string },
): Promise<P | null> {
  if (!config.has(`${prefix}.enable`) || !config.getBoolean(`${prefix}.enable`)) return null;
  const name = config.getString(`${prefix}.plugin`) ?? '';
  const plugin = await instanceOf(name, what);
  if (!isPlugin<P>(plugin, method)) throw new IllegalArgumentError(`Unable to locate ${what} plugin: ${name}`);
  try {
    await plugin.initialize?.(config, logger);
  } catch (error) {
    throw new Error(`Failed to initialize ${what} plugin`, { cause: error });
  }
  logger.info(`Successfully initialized ${what} plugin [${name}] version: ${plugin.version?.() ?? 'unknown'}`);
  return plugin;
}

async function instanceOf(name: string, what: string): Promise<unknown> {
  let exported: unknown;
  try {
    exported = await importModule(name);
  } catch (cause) {
    throw new IllegalArgumentError(`Unable to locate ${what} plugin: ${name}`, { cause });
  }
  // An ES module's default stands one level down; in a CommonJS module made from one and then imported, two.
  for (let i = 0; i < 2; i++) if (typeof exported === 'object' && exported !== null && 'default' in exported) exported = exported.default;
  if (typeof exported !== 'function') return exported;
  return isClass(exported) ? Reflect.construct(exported, []) : (exported as () => unknown)();
}

async function importModule(name: string): Promise<unknown> {
  const here = createRequire(join(process.cwd(), 'package.json'));
  const path = here.resolve(name);
  try {
    return here(path) as unknown;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ERR_REQUIRE_ESM') return (await import(pathToFileURL(path).href)) as unknown;
    throw e;
  }
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function isPlugin<P extends WritePlugin>(value: unknown, method: string): value is P {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function';
}
