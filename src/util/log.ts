/** What the rooms below the server need of a logger. winston's fits, and so does that of the tools. */
export interface Log {
  debug(message: string): unknown;
  info(message: string): unknown;
  warn(message: string): unknown;
  error(message: string): unknown;
}

/** A logger that says at almost no cost whether debug messages are wanted: for messages about single calls. */
export interface CallLog extends Log {
  isDebugEnabled(): boolean;
}

/** Loggers by name; names are the original's class names. */
export interface LogSource {
  get(name: string): CallLog;
}

/** A logger that writes nothing. */
export const SILENT_LOG: CallLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, isDebugEnabled: () => false };

/** Loggers that write nothing. */
export const SILENT_LOGS: LogSource = { get: () => SILENT_LOG };
