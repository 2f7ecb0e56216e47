/** What the query engine writes to; winston's Logger is one. */
export interface QueryLogger {
  error(message: string): unknown;
  warn(message: string): unknown;
  info(message: string): unknown;
}
