import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LayeredConfig } from '../../src/config';
import { loadPlugin, openPlugin, PluginLoader, PluginNotFoundError, type Plugin, type PluginKind } from '../../src/plugins';
import { SILENT_LOG } from '../../src/util/log';

interface Greeter extends Plugin {
  greet(): string;
}

const GREETER: PluginKind<Greeter> = {
  prefix: 'my.greeter',
  what: 'greeter plugin',
  methods: ['greet'],
  role: 'greeter',
  statsName: 'greeter',
  shipped: new Map([['com.example.Polite', () => ({ greet: () => 'good evening' })]]),
};

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'tsdb-plugins-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const moduleOf = (name: string, source: string): string => {
  writeFileSync(join(directory, name), source);
  return name;
};
const config = (plugin: string, settings: Record<string, string> = {}): LayeredConfig =>
  new LayeredConfig(
    Object.entries({ 'my.greeter.enable': 'true', 'my.greeter.plugin': plugin, 'tsd.core.plugin_path': directory, ...settings }),
  );

test('a module in the plugin path, initialised with the configuration', async () => {
  const name = moduleOf(
    'g.cjs',
    `module.exports = { initialize(config) { this.word = config.getString('my.word'); }, greet() { return this.word; } };`,
  );
  const plugin = await loadPlugin(GREETER, config(name, { 'my.word': 'hello' }), SILENT_LOG);
  expect(plugin?.greet()).toBe('hello');
});

test('one that is part of the daemon, by its name in the original', async () => {
  const plugin = await loadPlugin(GREETER, config('com.example.Polite'), SILENT_LOG);
  expect(plugin?.greet()).toBe('good evening');
});

test('none when it is not enabled', async () => {
  expect(await loadPlugin(GREETER, config('/no/where', { 'my.greeter.enable': 'false' }), SILENT_LOG)).toBeNull();
});

test.each([
  ['', 'my.greeter.plugin = : it names none'],
  ['com.example.Gone', /Cannot find module/],
  ['mute.cjs', 'it has no method greet'],
  ['empty.cjs', 'it has no method greet'],
])('a plugin that is not there, or none of its kind: %p', async (name, cause) => {
  moduleOf('mute.cjs', 'module.exports = { sing() {} };');
  moduleOf('empty.cjs', 'module.exports = null;');
  const loading = loadPlugin(GREETER, config(name), SILENT_LOG);
  await expect(loading).rejects.toBeInstanceOf(PluginNotFoundError);
  await expect(loading).rejects.toMatchObject({ message: `Unable to locate greeter plugin: ${name}` });
  const error = (await loading.catch((e: unknown) => e)) as Error;
  expect((error.cause as Error).message).toMatch(cause);
});

test('a kind may have other words for what is not there, and be loaded without keys of its own', async () => {
  const kind = { ...GREETER, notFound: (name: string) => `Unable to locate class Greeter using name '${name}` };
  await expect(openPlugin(kind, 'com.example.Gone', config(''), SILENT_LOG)).rejects.toThrow(
    "Unable to locate class Greeter using name 'com.example.Gone",
  );
});

test('when one of several can’t be had, those before it are ended, the last first, whatever they do', async () => {
  const ends: string[] = [];
  const ending = (name: string): PluginKind<Greeter> => ({
    ...GREETER,
    shipped: new Map([
      [
        'x',
        () => ({
          greet: () => name,
          shutdown: () => {
            ends.push(name);
            throw new Error('busy');
          },
        }),
      ],
    ]),
  });
  const loader = new PluginLoader(config('x'), SILENT_LOG);
  await loader.load(ending('first'));
  await loader.load(ending('second'));
  await expect(loader.load(GREETER)).rejects.toThrow('Unable to locate greeter plugin: x');
  expect(ends).toEqual(['second', 'first']);
});
