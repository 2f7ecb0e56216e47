import { shortWaits } from '../../src/util/short-waits';
import { until } from '../support/until';
import { ask } from './support/client';
import { startDaemon } from './support/daemon';

const CLIENTS = 20;

afterEach(() => jest.restoreAllMocks());

it('long work leaves the turns in which connections are taken to those that wait behind', async () => {
  const tsd = await startDaemon({});
  try {
    const began = jest.spyOn(shortWaits, 'begin');
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => ask(tsd.port, '/api/version')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(began.mock.calls.length).toBeGreaterThanOrEqual(CLIENTS);
    await until(() => !shortWaits.any);
  } finally {
    await tsd.stop();
  }
});
