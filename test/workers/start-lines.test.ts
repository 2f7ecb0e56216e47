import { StartLines } from '../../src/workers/start-lines';

const event = (level: string, message: string, stack: string | null = null) => ({
  time: 0,
  level,
  thread: 'worker-1',
  logger: 'net.opentsdb.tools.TSDMain',
  message,
  stack,
});

it('writes once what all workers say when they start', () => {
  const lines = new StartLines();
  expect(lines.isNews(event('INFO', 'mode'), 'start')).toBe(true);
  expect(lines.isNews(event('INFO', 'mode'), 'start')).toBe(false);
  expect(lines.isNews(event('WARN', 'mode'), 'start')).toBe(true);
  expect(lines.isNews(event('WARN', 'mode'), 'start')).toBe(false);
  expect(lines.isNews(event('INFO', 'only this one'), 'start')).toBe(true);
});

it('writes of one that is started again what is new, and each warning', () => {
  const lines = new StartLines();
  for (const level of ['INFO', 'WARN']) lines.isNews(event(level, 'said'), 'start');
  expect(lines.isNews(event('INFO', 'said'), 'restart')).toBe(false);
  expect(lines.isNews(event('WARN', 'said'), 'restart')).toBe(true);
  for (let i = 0; i < 2; i++) expect(lines.isNews(event('INFO', 'new'), 'restart')).toBe(true);
});

it('leaves nothing out while they serve, nor faults and what is for developers', () => {
  const lines = new StartLines();
  for (let i = 0; i < 2; i++) {
    expect(lines.isNews(event('INFO', 'said'), 'serving')).toBe(true);
    expect(lines.isNews(event('ERROR', 'failed', 'Error: failed\n at f'), 'start')).toBe(true);
    expect(lines.isNews(event('DEBUG', 'detail'), 'start')).toBe(true);
  }
});
