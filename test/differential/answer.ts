/** JSON with nothing lost: numbers as they are written, members in order, one name as often as it stands there. */
export type Json = string | boolean | null | Json[] | JsonNumber | JsonObject;

export class JsonNumber {
  constructor(readonly text: string) {}

  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text);
  }
}

export class JsonObject {
  constructor(readonly members: readonly (readonly [name: string, value: Json])[]) {}

  get(name: string): Json | undefined {
    return this.members.find(([member]) => member === name)?.[1];
  }

  /** The same without some members. */
  without(names: ReadonlySet<string>): JsonObject {
    return new JsonObject(this.members.filter(([name]) => !names.has(name)));
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads JSON. @throws SyntaxError */
export function parseAnswer(text: string): Json {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`no JSON at ${at}: ${text.slice(at, at + 40)}`);
  };
  const space = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at])) at++;
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return null;
    at += found[0].length;
    return found[0];
  };
  const string = (): string => JSON.parse(take(STRING) ?? fail()) as string;
  const expect = (character: string): void => {
    space();
    if (text[at] !== character) fail();
    at++;
  };
  const list = <T>(end: string, item: () => T): T[] => {
    const items: T[] = [];
    at++;
    space();
    if (text[at] === end) at++;
    else
      for (;;) {
        items.push(item());
        space();
        if (text[at] === end) {
          at++;
          break;
        }
        expect(',');
      }
    return items;
  };
  const member = (): readonly [string, Json] => {
    space();
    const name = string();
    expect(':');
    return [name, value()];
  };
  function value(): Json {
    space();
    if (text[at] === '{') return new JsonObject(list('}', member));
    if (text[at] === '[') return list(']', value);
    if (text[at] === '"') return string();
    const number = take(NUMBER);
    if (number !== null) return new JsonNumber(number);
    const word = take(/[a-z]+/y) ?? fail();
    const known = WORDS.get(word);
    return known === undefined ? fail() : known;
  }
  const whole = value();
  space();
  return at === text.length ? whole : fail();
}
