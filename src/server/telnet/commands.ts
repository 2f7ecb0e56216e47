import type { IngestCommand } from '../../ingest';
import { versionLines } from '../../util/build-data';
import type { Tsd } from '../context';
import { DROP_CACHES } from '../sibling-topics';
import { statsLines } from '../stats';

/** What a command may do to its connection. */
export interface CommandConnection {
  reply(text: string): void;
  /** Ends the connection; lines after this one are not handled. */
  exit(): void;
}

/** A promise holds back the lines that follow until it settles. */
export type Command = (tsd: Tsd, words: readonly string[], connection: CommandConnection) => Promise<void> | void;

const stats: Command = async (tsd, _words, connection) => connection.reply((await statsLines(tsd)).map((line) => `${line}\n`).join(''));

const dropcaches: Command = async (tsd, _words, connection) => {
  tsd.uids.dropCaches();
  await tsd.siblings.ask(DROP_CACHES, null);
  connection.reply('Caches dropped.\n');
};

const version: Command = (_tsd, _words, connection) => connection.reply(versionLines());

const exit: Command = (_tsd, _words, connection) => connection.exit();

const diediedie: Command = (tsd, _words, connection) => {
  connection.reply('Cleaning up and exiting now.\n');
  void tsd.shutdown('diediedie');
};

/** The commands of the daemon's mode, by name, in the order in which `help` lists them. Mirrors RpcManager.initializeBuiltinRpcs. */
export function commandsOf(tsd: Tsd): ReadonlyMap<string, Command | IngestCommand> {
  const commands = new Map<string, Command | IngestCommand>([
    ['stats', stats],
    ['dropcaches', dropcaches],
    ['version', version],
    ['exit', exit],
  ]);
  commands.set('help', (_tsd, _words, connection) => connection.reply(`available commands: ${[...commands.keys()].join(' ')} \n`));
  if (tsd.mode !== 'ro') for (const command of tsd.ingest.commands) commands.set(command.name, command);
  if (tsd.settings.dieDieDie) commands.set('diediedie', diediedie);
  return commands;
}
