import { createToolApp, withStore } from '../app';
import { searchSettings } from '../config/settings';
import { rebuildIndex } from '../search';
import { LogSystem } from '../util/logger';
import { declareTool, optionsUsage, parseArguments } from './arguments';
import { addCommonOptions, runTool, ToolLog, type ToolIo } from './common';
import { loadStoreConfig } from './store-config';

/**
 * `tsdb search-index`: brings the built-in search index in line with the tables, or makes it. A daemon may run on the same index meanwhile. The original has
 * no such tool: its `uid metasync` tells plugins of everything.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('search-index'))
      .option('--path <DIR>', 'directory of the index (default: tsd.search.path)')
      .option('--annotations', 'look for annotations of all series, too: reads the whole data table');
    const words = parseArguments(command, argv);
    if (words.length !== 1 || words[0] !== 'rebuild') {
      io.stderr.write(`Usage: search-index [options] rebuild\n${optionsUsage(command)}`);
      return 2;
    }
    const { config } = loadStoreConfig(command);
    const { path, annotations } = command.opts<{ path?: string; annotations?: boolean }>();
    const logger = new ToolLog(io, 'SearchIndex');
    const app = createToolApp(config, new LogSystem({ console: false }));
    const { meta, uids, model } = app;
    return withStore(app, [model.tables.data, model.tables.uid, model.tables.meta], async () => {
      const settings = { path: path ?? searchSettings(config).path };
      const outcome = await rebuildIndex({ meta, uids, logger }, settings, annotations === true);
      logger.info(`Taken in or removed: ${outcome.series} series, ${outcome.uids} UIDs, ${outcome.notes} annotations`);
      return 0;
    });
  });
}
