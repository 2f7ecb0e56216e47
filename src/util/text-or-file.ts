import { readFileSync } from 'node:fs';
import { IllegalArgumentError } from './errors';

/**
 * JSON as it stands in the configuration or, when that is the name of a `.json` file, in the file.
 * @param cannotOpen what to say of a file that can't be read
 * @throws IllegalArgumentError
 */
export function textOrFile(text: string, cannotOpen: (file: string) => string): string {
  if (!text.toLowerCase().endsWith('.json')) return text;
  try {
    return readFileSync(text, 'utf8');
  } catch (cause) {
    throw new IllegalArgumentError(cannotOpen(text), { cause });
  }
}
