import type { AddressInfo } from 'node:net';
import type { Logger } from 'winston';
import { pluginDirectories } from '../config';
import type { Config } from '../config/types';
import { IllegalArgumentError } from '../util/errors';
import { instanceOfModule } from '../util/module-loader';
import { underPlugin, type StatsSink, type StatsSource } from '../util/stats';

/** What a startup plugin sees of the daemon that has started. */
export interface StartedTsd {
  readonly config: Config;
  readonly address: AddressInfo;
}

/** Runs before and after the start; see docs/plugins.md. Mirrors net.opentsdb.tools.StartupPlugin. */
export interface StartupPlugin extends Partial<StatsSource> {
  /** Before anything of the daemon is made: what it sets in the configuration counts. A rejection keeps the daemon from starting. */
  initialize?(config: Config, logger: Logger): Promise<unknown> | unknown;
  /** The port is open. A rejection stops the daemon. */
  setReady(tsd: StartedTsd): Promise<void> | void;
  shutdown?(): Promise<void> | void;
  version?(): string;
}

/** The plugin that the configuration names can't be had; the original takes that for a mistake of the command line. */
export class StartupPluginMissing extends IllegalArgumentError {}

/** A startup plugin that was initialised, and its end. */
export class Startup {
  private ended: Promise<void> | null = null;

  constructor(
    private readonly plugin: StartupPlugin,
    private readonly name: string,
    private readonly logger: Logger,
  ) {}

  async ready(tsd: StartedTsd): Promise<void> {
    await this.plugin.setReady(tsd);
  }

  async collectStats(sink: StatsSink): Promise<void> {
    try {
      await this.plugin.collectStats?.(underPlugin(sink, 'startup'));
    } catch (error) {
      this.logger.error(`The startup plugin has no statistics: ${String(error)}`);
    }
  }

  /** Once, however often it is called; never rejects. */
  shutdown(): Promise<void> {
    this.ended ??= this.end();
    return this.ended;
  }

  private async end(): Promise<void> {
    this.logger.info(`Shutting down startup plugin: ${this.name}`);
    try {
      await this.plugin.shutdown?.();
    } catch (error) {
      this.logger.error('The startup plugin failed to shut down', { error });
    }
  }
}

/**
 * The plugin of `tsd.startup.enable` and `tsd.startup.plugin` (the path of a module or the name of a package, see pluginDirectories), initialised;
 * null: none is asked for.
 * @throws StartupPluginMissing `Unable to locate startup plugin: NAME`; Error `Failed to initialize startup plugin`
 */
export async function loadStartupPlugin(config: Config, logger: Logger): Promise<Startup | null> {
  if (!config.getBoolean('tsd.startup.enable')) return null;
  const name = config.getString('tsd.startup.plugin') ?? '';
  if (name === '') throw new StartupPluginMissing('Missing plugin name');
  let plugin: unknown;
  try {
    plugin = await instanceOfModule(name, pluginDirectories(config));
    if (!isStartupPlugin(plugin)) throw new TypeError('it has no method setReady');
  } catch (cause) {
    throw new StartupPluginMissing(`Unable to locate startup plugin: ${name}`, { cause });
  }
  try {
    await plugin.initialize?.(config, logger);
  } catch (cause) {
    throw new Error('Failed to initialize startup plugin', { cause });
  }
  logger.info(`Successfully initialized startup plugin [${name}] version: ${plugin.version?.() ?? 'unknown'}`);
  return new Startup(plugin, name, logger);
}

function isStartupPlugin(value: unknown): value is StartupPlugin {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>).setReady === 'function';
}
