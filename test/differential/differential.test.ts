import { describeWithHBase } from '../interop/support/needs';
import { runCampaign } from './campaign';
import { describeDifference } from './describe';
import { Peers } from './peers';

jest.setTimeout(300_000);

/** The slice of every run; thousands are asked by `npm run test:differential`. */
const QUERIES = Number(process.env.TSDB_TEST_QUERIES ?? 400);
const SEED = Number(process.env.TSDB_TEST_SEED ?? 1);

/** The end of the hour before this one: the same points every time, but for the hour that they are in. */
const NOW = Math.floor(Date.now() / 3_600_000) * 3600 - 1;

describeWithHBase('random questions about random data', (quorum) => {
  let peers: Peers;
  beforeAll(async () => {
    peers = await Peers.start(quorum, `differential_${process.pid}_`);
  });
  afterAll(() => peers.stop());

  test(`${QUERIES} questions of the seed ${SEED} are answered as the original answers them`, async () => {
    const { asked, differences } = await runCampaign(peers, { seed: SEED, queries: QUERIES, now: NOW, most: 3 });
    expect(differences.map((difference) => describeDifference(difference, 0)).join('\n')).toBe('');
    expect(asked).toBe(QUERIES);
  });
});
