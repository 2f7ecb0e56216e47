import type { Config } from '../config/types';
import type { Storage } from '../storage';
import { javaBytes } from '../schema/bytes';
import { NameCodec } from '../uid';
import { openUniqueId, type OpenUniqueId } from '../uid/open-unique-id';
import type { ToolIo, ToolLog } from './common';

/** What the sub commands of `uid` work on. */
export interface UidToolContext {
  config: Config;
  storage: Storage;
  /** Name of the UID table. */
  table: string;
  /** `--idwidth`: the tool ignores the configured widths, except for `delete`. */
  idWidth: number;
  ignoreCase: boolean;
  io: ToolIo;
  log: ToolLog;
}

/** @throws IllegalArgumentError `Invalid type requested: KIND`, `Invalid width: N` */
export function uniqueId(context: UidToolContext, kind: string, width = context.idWidth): OpenUniqueId {
  const { config, storage, table, log } = context;
  return openUniqueId(config, storage, { kind, width, table, logger: log.named('UniqueId') });
}

export function codecOf(config: Config): NameCodec {
  return NameCodec.of(config.getString('tsd.core.uid.charset'));
}

/** The line that most sub commands print of a mapping. */
export function mappingLine(kind: string, name: string, id: Buffer): string {
  return `${kind} ${name}: ${javaBytes(id)}\n`;
}
