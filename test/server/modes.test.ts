import { ask, telnet } from './support/client';
import { startDaemon } from './support/daemon';

const UI_ALWAYS = ['/aggregators', '/logs', '/stats', '/version'];
const UI_READING = ['/', '/s', '/favicon.ico', '/suggest', '/q'];
const API_ALWAYS = ['/api/aggregators', '/api/config', '/api/dropcaches', '/api/stats', '/api/version'];
const API_READING = ['/api/query', '/api/suggest'];
const API_WRITING = ['/api/put', '/api/rollup', '/api/histogram', '/api/uid'];
const ALL = [...UI_ALWAYS, ...UI_READING, ...API_ALWAYS, ...API_READING, ...API_WRITING];

/** Endpoints of which a daemon with these settings knows. */
async function known(settings: Record<string, string>): Promise<{ paths: string[]; help: string }> {
  const tsd = await startDaemon(settings);
  try {
    const paths: string[] = [];
    for (const path of ALL) {
      const { status, text } = await ask(tsd.port, path);
      const unknown = status === 404 && /Endpoint not found|The requested URL was not found/.test(text);
      if (!unknown) paths.push(path);
    }
    return { paths, help: await telnet(tsd.port, 'help\n') };
  } finally {
    await tsd.stop();
  }
}

it.each([
  ['rw', ALL, 'stats dropcaches version exit help put rollup histogram diediedie '],
  ['RO', [...UI_ALWAYS, ...UI_READING, ...API_ALWAYS, ...API_READING], 'stats dropcaches version exit help diediedie '],
  ['wo', [...UI_ALWAYS, ...API_ALWAYS, ...API_WRITING], 'stats dropcaches version exit help put rollup histogram diediedie '],
  ['ro ', ALL, 'stats dropcaches version exit help put rollup histogram diediedie '],
])('tsd.mode = %j', async (mode, paths, commands) => {
  const found = await known({ 'tsd.mode': mode });
  expect(found.paths).toEqual(paths);
  expect(found.help).toBe(`available commands: ${commands}\n`);
});

it.each([
  [{ 'tsd.core.enable_ui': 'false' }, [...API_ALWAYS, ...API_READING, ...API_WRITING]],
  [{ 'tsd.core.enable_ui': 'True' }, [...API_ALWAYS, ...API_READING, ...API_WRITING]],
  [{ 'tsd.core.enable_api': '1' }, [...UI_ALWAYS, ...UI_READING]],
])('%j', async (settings, paths) => {
  expect((await known(settings)).paths).toEqual(paths);
});
