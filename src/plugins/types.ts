import type { Config } from '../config/types';
import type { Log } from '../util/log';
import type { StatsSource } from '../util/stats';

/** What every plugin may have. A module's default export is one, a class of one, or a function that makes one; see docs/plugins.md. */
export interface Plugin extends Partial<StatsSource> {
  /** Called once, before anything else; when it throws, the daemon does not start. */
  initialize?(config: Config, logger: Log): unknown;
  /** Called once, after everything else. */
  shutdown?(): Promise<void> | void;
  version?(): string;
}

/** One kind of plugin: its names in the configuration, in messages and in statistics, and what it must be able to do. */
export interface PluginKind<P extends Plugin> {
  /** Its keys are `<prefix>.enable` and `<prefix>.plugin`. */
  readonly prefix: string;
  /** The original's words for it, as in `Failed to initialize search plugin`. */
  readonly what: string;
  /** What the original says when there is no such plugin. Absent: `Unable to locate WHAT: NAME`. */
  notFound?(name: string): string;
  /** Without these methods an object is no plugin of the kind. */
  readonly methods: readonly (keyof P & string)[];
  /** Tag `role` of the figures that the guard keeps, and its name in the log. */
  readonly role: string;
  /** Tag `plugin` of its own figures, as in the original. */
  readonly statsName: string;
  /** Plugins that are part of this daemon, by the names that the original's have. */
  readonly shipped?: ReadonlyMap<string, () => P>;
}
