import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEYS, LayeredConfig, loadConfig, renderConfig } from '../../src/config';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'conf-'))));
afterEach(() => rmSync(dir, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

describe('reading values', () => {
  const c = new LayeredConfig([
    ['i', ' 10 '],
    ['s', 'ro '],
    ['bad', '10s'],
    ['empty', ''],
    ['tsd.storage.max_tags', ''],
  ]);
  test('numbers are trimmed, strings are not', () => {
    expect(c.getInt('i')).toBe(10);
    expect(c.getString('s')).toBe('ro ');
  });
  test('what is not a number says so as Java does', () => {
    expect(() => c.getInt('bad')).toThrow('For input string: "10s"');
    expect(() => c.getInt('empty')).toThrow('For input string: ""');
    expect(() => c.getInt('absent')).toThrow('null');
  });
  test('an empty value does not fall back to the default', () => {
    expect(c.getString('tsd.storage.max_tags')).toBe('');
    expect(c.has('tsd.storage.max_tags')).toBe(false);
  });
  test.each([
    ['1', true],
    ['true', true],
    [' YES ', true],
    ['on', false],
    ['y', false],
    ['', false],
  ])('boolean %j is %s', (text, want) => expect(new LayeredConfig([['b', text]]).getBoolean('b')).toBe(want));
  test('a key with a default is not "set"', () => {
    expect(c.getInt('tsd.storage.hbase.scanner.maxNumRows')).toBe(128);
    expect(c.isSet('tsd.storage.hbase.scanner.maxNumRows')).toBe(false);
  });
});

describe('files', () => {
  test('a named file, with the command line over it and unknown keys kept', () => {
    const { config } = loadConfig({ file: file('a.conf', 'tsd.mode=ro\nmy.key=1\n'), overrides: [['tsd.mode', 'wo']] });
    expect(config.getString('tsd.mode')).toBe('wo');
    expect(config.entries().get('my.key')).toBe('1');
    expect(config.getString('tsd.network.port')).toBeNull();
  });
  test('a named file that is missing is fatal', () => {
    expect(() => loadConfig({ file: join(dir, 'none') })).toThrow(`${join(dir, 'none')} (No such file or directory)`);
  });
  test('on the search path a malformed file is skipped and the next one is taken', () => {
    const paths = [join(dir, 'none'), file('bad', 'a=\\u1'), file('good', 'a=2')];
    expect(loadConfig({ searchPath: paths })).toMatchObject({ file: paths[2] });
  });
  test('a file need not name the directories: the shipped files are served, and the system has a place for temporary ones', () => {
    const { config } = loadConfig({ file: file('short.conf', 'my.key = 1\n') });
    expect(readFileSync(join(config.getString('tsd.http.staticroot') ?? '', 'favicon.ico'))).toBeDefined();
    expect(config.getString('tsd.http.cachedir')).toBe(join(tmpdir(), 'opentsdb'));
    expect(config.has('tsd.network.port')).toBe(false);
    const named = loadConfig({ file: file('named.conf', 'tsd.http.staticroot = /elsewhere\n') }).config;
    expect(named.getString('tsd.http.staticroot')).toBe('/elsewhere');
  });

  test('without any file the required keys have values that work', () => {
    const { config, file: from } = loadConfig({ searchPath: [] });
    expect(from).toBeNull();
    for (const key of ['tsd.network.port', 'tsd.http.staticroot', 'tsd.http.cachedir']) expect(config.has(key)).toBe(true);
  });
});

describe('the key table', () => {
  test('lists what the original lists, and no key of our own unless it is set', () => {
    const shown = [...new LayeredConfig().entries().keys()];
    expect(shown).toContain('tsd.query.timeout');
    expect(shown).not.toContain('tsd.storage.engine');
    expect(shown).not.toContain('tsd.storage.salt.width');
    expect(shown.length).toBe(92);
  });
  test('conf/opentsdb.conf is made from it', () => {
    expect(readFileSync(join(__dirname, '../../conf/opentsdb.conf'), 'utf8')).toBe(renderConfig());
  });
  test('every key has a line of documentation', () => {
    for (const key of KEYS.values()) expect(key.doc.length).toBeGreaterThan(10);
  });
});
