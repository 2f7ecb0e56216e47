import { versionLines } from '../../util/build-data';
import type { Tsd } from '../context';
import { statsLines } from '../stats';

/** What a command may do to its connection. */
export interface CommandConnection {
  reply(text: string): void;
  /** Ends the connection; lines after this one are not handled. */
  exit(): void;
}

/** A promise holds back the lines that follow until it settles. */
export type Command = (tsd: Tsd, words: readonly string[], connection: CommandConnection) => Promise<void> | void;

const HISTOGRAMS_OFF = "Histogram storage has not been enabled. Check the 'tsd.core.histograms.config' configuration.";

/** `rollup`, as long as no rollups are configured. Mirrors RollupDataPointRpc's first checks. */
const rollup: Command = (tsd, words, connection) => {
  tsd.counters.put.illegalArguments++;
  const problem =
    words.length < 6
      ? `not enough arguments (need least 7, got ${words.length - 1})`
      : words[1] === ''
        ? 'Missing interval or aggregator'
        : 'No rollup or aggregations were configured';
  connection.reply(`rollup: illegal argument: ${problem}\n`);
};

/** `histogram`, as long as no codecs are configured. */
const histogram: Command = (tsd, _words, connection) => {
  tsd.counters.put.illegalArguments++;
  connection.reply(`histogram: illegal argument: ${HISTOGRAMS_OFF}\n`);
};

const stats: Command = async (tsd, _words, connection) => connection.reply((await statsLines(tsd)).map((line) => `${line}\n`).join(''));

const dropcaches: Command = (tsd, _words, connection) => {
  tsd.uids.dropCaches();
  connection.reply('Caches dropped.\n');
};

const version: Command = (_tsd, _words, connection) => connection.reply(versionLines());

const exit: Command = (_tsd, _words, connection) => connection.exit();

const diediedie: Command = (tsd, _words, connection) => {
  connection.reply('Cleaning up and exiting now.\n');
  void tsd.shutdown('diediedie');
};

/**
 * The commands of the daemon's mode, by name, in the order in which `help` lists them. `put` is the connection's own affair and
 * stands here for `help` alone. Mirrors RpcManager.initializeBuiltinRpcs.
 */
export function commandsOf(tsd: Tsd): ReadonlyMap<string, Command | 'put'> {
  const commands = new Map<string, Command | 'put'>([
    ['stats', stats],
    ['dropcaches', dropcaches],
    ['version', version],
    ['exit', exit],
  ]);
  commands.set('help', (_tsd, _words, connection) => connection.reply(`available commands: ${[...commands.keys()].join(' ')} \n`));
  if (tsd.mode !== 'ro') {
    commands.set('put', 'put');
    commands.set('rollup', rollup);
    commands.set('histogram', histogram);
  }
  if ((tsd.config.getString('tsd.no_diediedie') ?? 'false') === 'false') commands.set('diediedie', diediedie);
  return commands;
}
