import type { Store } from '../app';
import type { Config } from '../config';
import type { UidSettings } from '../config/settings';
import { javaBytes } from '../schema/bytes';
import { kindOf, NameCodec } from '../uid';
import { openUniqueId, type OpenUniqueId } from '../uid/open-unique-id';
import type { ToolIo, ToolLog } from './common';

/** Options of `uid unused`. */
export interface UnusedOptions {
  delete?: true;
  minAge?: string;
  threads?: string;
  rate?: string;
  force?: true;
}

/** What the sub commands of `uid` work on. */
export interface UidToolContext extends Store {
  config: Config;
  settings: UidSettings;
  /** Name of the UID table. */
  table: string;
  /** `--idwidth`, in place of the configured widths; null: not given. */
  idWidth: number | null;
  ignoreCase: boolean;
  /** What `unused` is given beside its words. */
  unused: UnusedOptions;
  io: ToolIo;
  log: ToolLog;
}

/** @throws IllegalArgumentError `Invalid type requested: KIND`, `Invalid width: N` */
export function uniqueId(context: UidToolContext, kind: string): OpenUniqueId {
  const { settings, storage, model, table, idWidth, log } = context;
  const width = idWidth ?? model.widths[kindOf(kind)];
  return openUniqueId(settings, storage, { kind, width, table, logger: log.aside('UniqueId') });
}

export function codecOf({ settings }: UidToolContext): NameCodec {
  return NameCodec.of(settings.charset);
}

/** The line that most sub commands print of a mapping. */
export function mappingLine(kind: string, name: string, id: Buffer): string {
  return `${kind} ${name}: ${javaBytes(id)}\n`;
}
