/** Values of the configuration, read by key with the original's rules (spec of Config: strings converted when read). */
export interface Config {
  /** Of the file that it was read from; absent: there was none. */
  readonly directory?: string;
  /** The raw string, untrimmed; the default of the key table when absent; null when neither exists. */
  getString(key: string): string | null;
  /** @throws NumberFormatError with Java's text, e.g. `For input string: "10s"` */
  getInt(key: string): number;
  getFloat(key: string): number;
  /** `1`, `true`, `yes` in any case are true; everything else is false. */
  getBoolean(key: string): boolean;
  /** Set by a file or a command line, that is: not a default. */
  isSet(key: string): boolean;
  /** Present and not empty, defaults included. Mirrors Config.hasProperty. */
  has(key: string): boolean;
  set(key: string, value: string): void;
  /** Every key with its value, defaults and unknown keys included. */
  entries(): Map<string, string>;
}
