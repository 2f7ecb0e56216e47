import type { StatsSource } from '../util/stats';
import type { IndexState } from './index/index-state';
import type { Changes } from './types';

/** What the news of other daemons are for. */
export interface NoticeUser {
  readonly state: IndexState;
  /** Takes in what others have changed. Rejects when that is to be tried again. */
  take(changes: Changes): Promise<void>;
  /** There were news that are not known. */
  missed(): void;
}

/** News of what has changed, from daemon to daemon. */
export interface Notices extends StatsSource {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Does not reject: what can't be told now is told later, as a whole. */
  publish(changes: Changes): Promise<void>;
}

export type NoticesOf = (user: NoticeUser) => Notices;
