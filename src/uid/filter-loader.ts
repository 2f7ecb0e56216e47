import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config/types';
import { IllegalArgumentError } from '../util/errors';
import type { UidFilter } from './filter';
import { WHITELIST_CLASS, WhitelistFilter } from './whitelist-filter';

/**
 * The UID filter that the configuration names, initialised; null when it names none. `tsd.uidfilter.plugin` is the shipped whitelist's class
 * name, a path (relative to the working directory) or a package.
 * @throws IllegalArgumentError `Unable to locate UID filter plugin plugin: NAME`; whatever `initialize` throws
 */
export async function loadFilter(config: Config): Promise<UidFilter | null> {
  if (!config.getBoolean('tsd.uidfilter.enable')) return null;
  const name = config.getString('tsd.uidfilter.plugin') ?? '';
  const filter = name === WHITELIST_CLASS ? new WhitelistFilter() : construct(await importModule(name), name);
  await filter.initialize?.(config);
  return filter;
}

async function importModule(name: string): Promise<Record<string, unknown>> {
  const here = createRequire(join(process.cwd(), 'package.json'));
  let path: string;
  try {
    path = here.resolve(name);
  } catch (cause) {
    throw notFound(name, cause);
  }
  try {
    return here(path) as Record<string, unknown>;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ERR_REQUIRE_ESM') return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    throw e;
  }
}

/** The module's one class: a default export (of an ES or a CommonJS module), or the only function it exports. */
function construct(module: Record<string, unknown>, name: string): UidFilter {
  const candidates = [module.default, (module.default as { default?: unknown } | undefined)?.default, ...Object.values(module)];
  const Class = candidates.find((value) => typeof value === 'function') as (new () => UidFilter) | undefined;
  const filter = Class && new Class();
  if (typeof filter?.allow !== 'function') throw notFound(name, undefined);
  return filter;
}

function notFound(name: string, cause: unknown): IllegalArgumentError {
  return new IllegalArgumentError(`Unable to locate UID filter plugin plugin: ${name}`, { cause });
}
