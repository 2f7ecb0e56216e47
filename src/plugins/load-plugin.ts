import { ConfigValueError, pluginDirectories } from '../config';
import type { Config } from '../config/types';
import { IllegalArgumentError } from '../util/errors';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { instanceOfModule } from './module-loader';
import type { Plugin, PluginKind } from './types';

/** The plugin that the configuration names is not there, or is none of its kind; `cause` says why. */
export class PluginNotFoundError extends IllegalArgumentError {}

/**
 * The plugin that `<prefix>.plugin` names, initialised; null unless `<prefix>.enable` is on.
 * @throws as loadNamedPlugin
 */
export async function loadPlugin<P extends Plugin>(kind: PluginKind<P>, config: Config, logger: Log): Promise<P | null> {
  return config.getBoolean(`${kind.prefix}.enable`) ? loadNamedPlugin(kind, config, logger) : null;
}

/**
 * The plugin that `<prefix>.plugin` names, initialised.
 * @throws as openPlugin; the cause of a PluginNotFoundError names the key
 */
export async function loadNamedPlugin<P extends Plugin>(kind: PluginKind<P>, config: Config, logger: Log): Promise<P> {
  const key = `${kind.prefix}.plugin`;
  const name = config.getString(key) ?? '';
  try {
    return await openPlugin(kind, name, config, logger);
  } catch (error) {
    if (!(error instanceof PluginNotFoundError)) throw error;
    throw new PluginNotFoundError(error.message, { cause: new ConfigValueError(key, name, messageOf(error.cause)) });
  }
}

/**
 * Loads and initialises a plugin.
 * @param name of one that is part of the daemon, the path of a module, or the name of a package (see pluginDirectories)
 * @throws PluginNotFoundError in the original's words; Error `Failed to initialize WHAT`
 */
export async function openPlugin<P extends Plugin>(kind: PluginKind<P>, name: string, config: Config, logger: Log): Promise<P> {
  const plugin = kind.shipped?.get(name)?.() ?? (await fromModule(kind, name, pluginDirectories(config)));
  try {
    await plugin.initialize?.(config, logger);
  } catch (cause) {
    throw new Error(`Failed to initialize ${kind.what}`, { cause });
  }
  logger.info(`Successfully initialized ${kind.what} [${name}] version: ${plugin.version?.() ?? 'unknown'}`);
  return plugin;
}

async function fromModule<P extends Plugin>(kind: PluginKind<P>, name: string, directories: readonly string[]): Promise<P> {
  try {
    if (name === '') throw new TypeError('it names none');
    const plugin = await instanceOfModule(name, directories);
    checkMethods(kind, plugin);
    return plugin;
  } catch (cause) {
    throw new PluginNotFoundError(kind.notFound?.(name) ?? `Unable to locate ${kind.what}: ${name}`, { cause });
  }
}

/** @throws TypeError */
function checkMethods<P extends Plugin>(kind: PluginKind<P>, plugin: unknown): asserts plugin is P {
  const members = typeof plugin === 'object' && plugin !== null ? (plugin as Record<string, unknown>) : {};
  for (const method of kind.methods) if (typeof members[method] !== 'function') throw new TypeError(`it has no method ${method}`);
}
