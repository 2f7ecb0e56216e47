import { ClientError } from '../../../util/errors';

/**
 * Decodes a parameter of a graph once more: the original does so with each of them, after the query string was decoded. Mirrors its use of
 * URLDecoder.decode.
 * @throws ClientError 400 in the words of Java's URLDecoder for a malformed escape
 */
export function decodeAgain(value: string): string {
  const bytes: Buffer[] = [];
  for (let at = 0; at < value.length;) {
    const plain = /^[^%+]+/.exec(value.slice(at))?.[0];
    if (plain !== undefined) {
      bytes.push(Buffer.from(plain));
      at += plain.length;
    } else if (value[at] === '+') {
      bytes.push(Buffer.from(' '));
      at++;
    } else {
      bytes.push(Buffer.of(escaped(value, at)));
      at += 3;
    }
  }
  return Buffer.concat(bytes).toString('utf8');
}

function escaped(value: string, at: number): number {
  const digits = value.slice(at + 1, at + 3);
  if (digits.length < 2) throw new ClientError(400, 'URLDecoder: Incomplete trailing escape (%) pattern');
  if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
    const wrong = /^[0-9a-fA-F]/.test(digits) ? 1 : 0;
    throw new ClientError(400, `URLDecoder: Illegal hex characters in escape (%) pattern - Error at index ${wrong} in: "${digits}"`);
  }
  return parseInt(digits, 16);
}
