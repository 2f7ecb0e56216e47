import {
  bean,
  boolean,
  Changes,
  JSON_LIMITS,
  elements,
  enumeration,
  JsonError,
  JsonReader,
  list,
  map,
  readBody,
  readJson,
  string,
  strings,
} from '../../src/json';
import { ClientError } from '../../src/util/errors';

const textOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof JsonError) return error.text;
    throw error;
  }
  throw new Error('nothing was thrown');
};

interface Note {
  text: string | null;
  on: boolean;
}

const setters = {
  text: (note: Note, json: JsonReader): void => void (note.text = string(json)),
  on: (note: Note, json: JsonReader): void => void (note.on = boolean(json)),
};
const lenient = bean<Note>({ type: 'a.Note', unknown: 'ignored', create: () => ({ text: null, on: false }), setters });
const strict = bean<Note>({ type: 'a.Note', unknown: 'refused', create: () => ({ text: null, on: false }), setters });

describe('a bean', () => {
  const body = '{"text":1.50,"more":{"a":[1,{"b":null}]},"on":"true","text":"last"}';

  test('takes its members in the order of the text, and steps over others', () => {
    expect(readJson(body, lenient)).toEqual({ text: 'last', on: true });
    expect(readJson('null', lenient)).toBeNull();
  });

  test('refuses others where it is strict, and lists what it knows', () => {
    expect(textOf(() => readJson(body, strict))).toBe(
      `Unrecognized field "more" (class a.Note), not marked as ignorable (2 known properties: "text", "on"])\n at [Source: (String)"${body}"; line: 1, column: 22] (through reference chain: a.Note["more"])`,
    );
    const one = bean({ type: 'a.One', unknown: 'refused', create: () => ({}), setters: { text: (_one, json) => string(json) } });
    expect(textOf(() => readJson('{"x":1}', one))).toContain('not marked as ignorable (one known property: "text"])\n');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('has no member %s', (name) => {
    expect(readJson(`{"${name}":{"on":true}}`, lenient)).toEqual({ text: null, on: false });
    expect(textOf(() => readJson(`{"${name}":1}`, strict))).toContain(`Unrecognized field "${name}"`);
  });
});

test('maps keep keys that objects of JavaScript have, too, and their order', () => {
  const found = readJson('{"b":"1","__proto__":"2","a":"3","b":"4"}', map('java.util.HashMap', string));
  expect([...(found ?? [])]).toEqual([['b', '4'], ['__proto__', '2'], ['a', '3']]); // prettier-ignore
});

test('errors say where they were found, through beans, lists and maps', () => {
  const deep = map('java.util.HashMap', list(lenient));
  expect(textOf(() => readJson('{"k":[null,{"on":"perhaps"}]}', deep))).toMatch(
    /line: 1, column: 18\] \(through reference chain: java\.util\.HashMap\["k"\]->java\.util\.ArrayList\[1\]->a\.Note\["on"\]\)$/,
  );
});

test('elements can be taken one at a time: nothing behind is looked at meanwhile', () => {
  const json = new JsonReader('["a",5,true,{]');
  json.next();
  const found = elements(json, string);
  expect([found.next().value, found.next().value, found.next().value]).toEqual(['a', '5', 'true']);
  expect(() => found.next()).toThrow(JsonError);
});

describe('limits', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  test('of depth', () => {
    const any = (json: JsonReader): void => json.skip();
    expect(readJson(nested(1000), any)).toBeUndefined();
    expect(textOf(() => readJson(nested(1001), any))).toContain('Document nesting depth exceeds 1000');
    expect(textOf(() => readJson(nested(1_000_000), any))).toContain('Document nesting depth exceeds 1000');
    expect(textOf(() => readJson(nested(3), any, { ...JSON_LIMITS, depth: 2 }))).toContain('Document nesting depth exceeds 2');
  });

  test('of values', () => {
    expect(readJson('["a","b"]', strings, { ...JSON_LIMITS, values: 3 })).toEqual(['a', 'b']);
    expect(() => readJson('["a","b"]', strings, { ...JSON_LIMITS, values: 2 })).toThrow(
      expect.objectContaining({ status: 413, details: 'The body of the request has more than the limit of 2 values' }),
    );
    expect(() => readJson(`[${'[1],'.repeat(100_000)}1]`, (json) => json.skip())).toThrow(ClientError);
  });

  test('of elements of one list or object', () => {
    const limits = { ...JSON_LIMITS, elements: 2 };
    const tooMany = expect.objectContaining({
      status: 413,
      details: 'The body of the request has more than the limit of 2 elements in one list',
    });
    expect(readJson('["a","b"]', strings, limits)).toEqual(['a', 'b']);
    expect(() => readJson('["a","b","c"]', strings, limits)).toThrow(tooMany);
    expect(() => readJson('{"a":1,"b":2,"a":3}', (json) => json.skip(), limits)).toThrow(tooMany);
  });
});

describe('long texts are not shown, and their end is counted by pieces of 4000 characters', () => {
  const long = (rest: string): string => `{"x":"${'a'.repeat(33_000)}",${rest}`;
  const whole = (body: string): string => textOf(() => readJson(body, lenient));

  test.each([
    ['"text":[]}', /out of START_ARRAY token\n at \[Source: \(StringReader\); line: 1, column: 33016\]/],
    ['\n"text":[', /out of START_ARRAY token\n at \[Source: \(StringReader\); line: 2, column: 8\]/],
    ['"querie":', /within\/between Object entries\n at \[Source: \(StringReader\); line: 1, column: 34035\]$/],
  ])('%j', (rest, wanted) => expect(whole(long(rest))).toMatch(wanted));

  test('up to 32768 characters they are shown', () => {
    const body = `{"x":"${'a'.repeat(32_768 - 18)}","text":[]}`;
    expect(body).toHaveLength(32_768);
    expect(whole(body)).toContain(`"[truncated ${32_768 - 500} chars]; line: 1, column: 32766]`);
    expect(whole(`${body} `)).toContain('(StringReader)');
  });
});

test('no body at all, and a body of blanks', () => {
  expect(() => readBody('', lenient)).toThrow('Missing message content');
  expect(textOf(() => readJson(' \n', lenient))).toBe(
    'No content to map due to end-of-input\n at [Source: (String)" \n"; line: 1, column: 0]',
  );
});

describe('changes', () => {
  interface Fields {
    notes: string | null;
    end: number;
  }

  test('are what differs from before, also when it is set back', () => {
    const changes = new Changes<Fields>({ notes: '', end: 0 });
    changes.set('end', 0);
    expect(changes.any()).toBe(false);
    changes.set('notes', 'x');
    changes.set('notes', '');
    expect([changes.any(), changes.any('end'), changes.has('notes'), changes.values]).toEqual([true, false, true, { notes: '', end: 0 }]);
  });
});

describe('a constant of an enum', () => {
  const COLOUR = enumeration('Colour', ['RED', 'GREEN'], ['GREEN', 'RED']);
  const of = (text: string): string | null => readJson(text, COLOUR);
  const message = (text: string): string => textOf(() => of(text)).split('\n')[0];

  test('is meant by its name, or by its place as a number or a text', () => {
    expect(['"RED"', '1', '"0"', 'null'].map(of)).toEqual(['RED', 'GREEN', 'RED', null]);
  });

  test('and by nothing else, in the words of the original', () => {
    const names = 'value not one of declared Enum instance names: [GREEN, RED]';
    expect(message('" RED "')).toBe(`Cannot deserialize value of type \`Colour\` from String "RED": ${names}`);
    expect(message('""')).toBe(`Cannot deserialize value of type \`Colour\` from String "": ${names}`);
    expect(message('9')).toBe('Cannot deserialize value of type `Colour` from number 9: index value outside legal index range [0..1]');
    expect(message('1.5')).toBe('Cannot deserialize instance of `Colour` out of VALUE_NUMBER_FLOAT token');
    expect(message('[]')).toBe('Cannot deserialize instance of `Colour` out of START_ARRAY token');
  });
});
