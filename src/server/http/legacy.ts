import type { HttpCall } from './types';

const BY_SUFFIX: readonly (readonly [string, string])[] = [
  ['.png', 'image/png'],
  ['html', 'text/html; charset=UTF-8'],
  ['.css', 'text/css'],
  ['.js', 'text/javascript'],
  ['.gif', 'image/gif'],
  ['.ico', 'image/x-icon'],
];

/** The content type that the end of a URI or file name promises; null: none. Mirrors HttpQuery.guessMimeTypeFromUri. */
export function typeOfUri(uri: string): string | null {
  return BY_SUFFIX.find(([suffix]) => uri.endsWith(suffix))?.[1] ?? null;
}

/** By the first byte. Mirrors HttpQuery.guessMimeTypeFromContents. */
function typeOfText(text: string): string {
  if (text.startsWith('<')) return 'text/html; charset=UTF-8';
  return text.startsWith('{') || text.startsWith('[') ? 'application/json' : 'text/plain';
}

/** Answers outside /api, where the content type is guessed. */
export function sendLegacy(call: HttpCall, text: string, status = 200): void {
  call.sendText(status, typeOfUri(call.uri) ?? typeOfText(text), text);
}
