import { STATUS_CODES } from 'node:http';

/** Reason phrases in which Node and the original differ. */
const OTHERS: Readonly<Record<number, string>> = { 413: 'Request Entity Too Large' };

/** The words behind a status code, as the original says them; empty for a code that has none. */
export function reasonPhrase(status: number): string {
  return OTHERS[status] ?? STATUS_CODES[status] ?? '';
}
