import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import { DrawPool, DrawQueueFullError, type DrawPoolSettings } from '../../src/chart';
import { until } from '../support/until';
import { CHARTS, chart, series } from './support/charts';

const HOOK = ['-r', join(__dirname, '../support/ts-hook.cjs')];
const never = new AbortController().signal;
const pools: DrawPool[] = [];
function pool(settings: Partial<DrawPoolSettings> = {}): DrawPool {
  // A busy machine needs long for the sources of a thread.
  const made = new DrawPool({ threads: 1, waiting: 2, timeoutMs: 600_000, idleMs: 600_000, execArgv: HOOK, ...settings });
  pools.push(made);
  return made;
}
afterEach(() => Promise.all(pools.splice(0).map((one) => one.close())));
const copy = (): (typeof CHARTS)[string] => structuredClone(CHARTS.linespoint);

it('draws in threads, and takes the arrays with it', async () => {
  const description = copy();
  const [png, svg] = await Promise.all([pool().draw(description, 'png', never), pool().draw(copy(), 'svg', never)]);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(svg.toString()).toContain('<svg');
  expect(description.series[0].values).toHaveLength(0);
});

it('draws as many at once as there are threads, lets some wait and refuses the rest', async () => {
  const one = pool();
  const drawing = [1, 2, 3].map(() => one.draw(copy(), 'png', never));
  expect(one.load).toEqual({ drawing: 1, waiting: 2 });
  await expect(one.draw(copy(), 'png', never)).rejects.toThrow(new DrawQueueFullError());
  expect((await Promise.all(drawing)).every((picture) => picture.length > 1000)).toBe(true);
  expect(one.load).toEqual({ drawing: 0, waiting: 0 });
});

it('lets go of a picture that nobody waits for any more', async () => {
  const one = pool();
  const first = one.draw(copy(), 'png', never);
  const gone = new AbortController();
  const second = one.draw(copy(), 'png', gone.signal);
  gone.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(one.load).toEqual({ drawing: 1, waiting: 0 });
  await first;
  await expect(one.draw(copy(), 'png', gone.signal)).rejects.toThrow('gone');
});

it('leaves nothing of a picture that has waited with the connection that asked for it', async () => {
  const one = pool();
  const { signal } = new AbortController();
  const drawing = [1, 2, 3].map(() => one.draw(copy(), 'svg', signal));
  expect(getEventListeners(signal, 'abort')).toHaveLength(2);
  await Promise.all(drawing);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('gives up a picture that takes too long, and goes on with the next', async () => {
  const slow = chart({ series: [series('s', 2_000_000, (i) => i)], smoothing: 'acsplines' });
  const one = pool({ timeoutMs: 1 });
  await expect(one.draw(slow, 'png', never)).rejects.toThrow('The picture was not drawn within 1 ms');
  const other = pool();
  await expect(other.draw(copy(), 'png', never)).resolves.toBeDefined();
});

it('tells why a picture cannot be drawn, and draws the next one', async () => {
  const one = pool();
  await expect(one.draw({ ...copy(), time: { from: 0, to: 1, zone: 'Nowhere', format: null } }, 'png', never)).rejects.toThrow(
    'Invalid timezone name: Nowhere',
  );
  await expect(one.draw(copy(), 'png', never)).resolves.toBeDefined();
});

it('ends threads that have nothing to do, and starts them again', async () => {
  const one = pool({ idleMs: 1 });
  await one.draw(copy(), 'png', never);
  await until(() => Reflect.get(one, 'threads').size === 0);
  await expect(one.draw(copy(), 'png', never)).resolves.toBeDefined();
});

it('draws nothing more once it is closed', async () => {
  const one = pool();
  const drawing = [1, 2].map(() => one.draw(copy(), 'png', never));
  const ended = Promise.allSettled(drawing);
  await one.close();
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(one.draw(copy(), 'png', never)).rejects.toThrow('about to end');
});
