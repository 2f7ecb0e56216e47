import { topic } from '../../workers';

/** What has changed of a backlog, or, with `all`, what there is. */
export interface BacklogState {
  readonly away?: boolean;
  /** New points wait until the rest is out. */
  readonly shut?: boolean;
  /** Whose rows are in it is not known yet. */
  readonly everything?: boolean;
  readonly cleared?: boolean;
  /** Added to the fence. */
  readonly bits?: readonly number[];
  /** The whole fence; null: there is nothing in it. */
  readonly all?: Buffer | null;
}

/** What a worker tells of storage that the keeper can't see from where it is. */
export interface StorageNews {
  readonly name: string | null;
  readonly lost?: string;
  readonly found?: boolean;
}

/** The worker that keeps the spool, as the others see it. */
export interface Keeper {
  /** @returns resolves when the records are on the disk @throws Error */
  add(name: string | null, names: readonly Uint8Array[], payloads: readonly Buffer[]): Promise<void>;
  tell(news: StorageNews): void;
}

/** A backlog's name is that of its table; null: points by name. */
export const OPEN_BACKLOG = topic<string | null, BacklogState>('spool open');
/** Answered `false` by a keeper that is about to end: the next one is to be asked. */
export const ADD_RECORDS = topic<{ name: string | null; names: readonly Uint8Array[]; payloads: readonly Uint8Array[] }, boolean>(
  'spool add',
);
export const STORAGE_NEWS = topic<StorageNews, null>('spool storage');
export const BACKLOG_NEWS = topic<{ name: string | null; state: BacklogState }, null>('spool news');
