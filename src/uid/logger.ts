/** What this room needs of a logger; winston's fits. */
export interface UidLogger {
  debug(message: string): unknown;
  info(message: string): unknown;
  warn(message: string): unknown;
  error(message: string): unknown;
}

export const SILENT: UidLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
