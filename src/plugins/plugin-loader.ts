import type { Config } from '../config/types';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { loadPlugin } from './load-plugin';
import type { Plugin, PluginKind } from './types';

/** Loads plugins that are only of use together: when one of them can't be had, those before it are ended. */
export class PluginLoader {
  private readonly loaded: Plugin[] = [];

  constructor(
    private readonly config: Config,
    private readonly logger: Log,
  ) {}

  /** @throws as loadPlugin; nothing is left open then */
  async load<P extends Plugin>(kind: PluginKind<P>): Promise<P | null> {
    try {
      const plugin = await loadPlugin(kind, this.config, this.logger);
      if (plugin !== null) this.loaded.push(plugin);
      return plugin;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  private async end(): Promise<void> {
    for (const plugin of this.loaded.splice(0).reverse()) {
      try {
        await plugin.shutdown?.();
      } catch (error) {
        this.logger.error(`A plugin failed to shut down: ${messageOf(error)}`);
      }
    }
  }
}
