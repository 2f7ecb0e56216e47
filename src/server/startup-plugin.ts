import type { AddressInfo } from 'node:net';
import type { Config } from '../config/types';
import { GuardedPlugin, loadPlugin, PluginNotFoundError, type Plugin, type PluginKind } from '../plugins';
import { IllegalArgumentError } from '../util/errors';
import type { Log } from '../util/log';
import type { StatsSink } from '../util/stats';

/** What a startup plugin sees of the daemon that has started. */
export interface StartedTsd {
  readonly config: Config;
  readonly address: AddressInfo;
}

/**
 * Runs before and after the start; see docs/plugins.md. Its `initialize` comes before anything of the daemon is made: what it sets in the
 * configuration counts. Mirrors net.opentsdb.tools.StartupPlugin.
 */
export interface StartupPlugin extends Plugin {
  /** The port is open. A rejection stops the daemon. */
  setReady(tsd: StartedTsd): Promise<void> | void;
}

const STARTUP: PluginKind<StartupPlugin> = {
  prefix: 'tsd.startup',
  what: 'startup plugin',
  methods: ['setReady'],
  role: 'startup',
  statsName: 'startup',
};

/** The configured plugin can't be loaded; the original treats that as a usage error. */
export class StartupPluginMissing extends IllegalArgumentError {}

/** A startup plugin that was initialised, and its end. */
export class Startup {
  private readonly guard: GuardedPlugin<StartupPlugin>;
  private ended: Promise<void> | null = null;

  constructor(
    private readonly plugin: StartupPlugin,
    private readonly name: string,
    private readonly logger: Log,
  ) {
    this.guard = new GuardedPlugin(plugin, STARTUP, logger);
  }

  async ready(tsd: StartedTsd): Promise<void> {
    await this.plugin.setReady(tsd);
  }

  collectStats(sink: StatsSink): Promise<void> | void {
    return this.guard.collectStats(sink);
  }

  /** Once, however often it is called; never rejects. */
  shutdown(): Promise<void> {
    this.ended ??= this.end();
    return this.ended;
  }

  private end(): Promise<void> {
    this.logger.info(`Shutting down startup plugin: ${this.name}`);
    return this.guard.shutdown();
  }
}

/**
 * The plugin of `tsd.startup.enable` and `tsd.startup.plugin`, initialised; null: none is asked for.
 * @throws StartupPluginMissing `Unable to locate startup plugin: NAME`, `Missing plugin name`; Error `Failed to initialize startup plugin`
 */
export async function loadStartupPlugin(config: Config, logger: Log): Promise<Startup | null> {
  const name = config.getString(`${STARTUP.prefix}.plugin`) ?? '';
  if (config.getBoolean(`${STARTUP.prefix}.enable`) && name === '') throw new StartupPluginMissing('Missing plugin name');
  try {
    const plugin = await loadPlugin(STARTUP, config, logger);
    return plugin && new Startup(plugin, name, logger);
  } catch (error) {
    throw error instanceof PluginNotFoundError ? new StartupPluginMissing(error.message, { cause: error.cause }) : error;
  }
}
