/**
 * npm run test:differential -- [--seed N] [--queries N] [--from N] [--kinds query,exp] [--most N] [--zk QUORUM] [--setting key=value]...
 *
 * Asks the original and ours the same random questions about the same random data and prints the smallest data and question of each
 * difference. Ends with 1 when one of them is explained nowhere. Without --zk (or TSDB_TEST_ZK) it starts an HBase of its own.
 */
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign';
import setUp, { undoSetUp } from '../interop/support/global-setup';
import { describeDifference } from './describe';
import { Peers } from './peers';
import { KIND_NAMES } from './questions';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    queries: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    kinds: { type: 'string', default: KIND_NAMES.join(',') },
    most: { type: 'string', default: '20' },
    zk: { type: 'string' },
    prefix: { type: 'string', default: `differential_${process.pid}_` },
    setting: { type: 'string', multiple: true, default: [] },
  },
});

async function main(): Promise<number> {
  if (values.zk !== undefined) process.env.TSDB_TEST_ZK = values.zk;
  await setUp();
  const quorum = process.env.TSDB_TEST_ZK;
  if (quorum === undefined) throw new Error(process.env.TSDB_TEST_SKIP ?? 'no HBase was started');
  const settings = Object.fromEntries(values.setting.map((text) => text.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const peers = await Peers.start(quorum, values.prefix, settings);
  try {
    const { asked, kinds, answers, explained, differences } = await runCampaign(peers, {
      seed: Number(values.seed),
      queries: Number(values.queries),
      from: Number(values.from),
      kinds: values.kinds.split(','),
      most: Number(values.most),
      onFound: ({ text, question, loaded }, number) =>
        console.error(`question ${number}: ${text}; ${JSON.stringify(question.request(loaded))}`),
      onDifference: (difference, number) => console.log(`${describeDifference(difference, number)}\n`),
      onProgress: (count) => console.error(`${count} questions`),
    });
    console.log(`${asked} questions: ${[...kinds].map(([name, count]) => `${count} ${name}`).join(', ')}`);
    console.log(`  the original's answers: ${[...answers].map(([name, count]) => `${count} ${name}`).join(', ')}`);
    for (const [name, count] of explained) console.log(`  ${count} differ as they should: ${name}`);
    console.log(`  ${differences.length} differ and should not`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await peers.stop();
    undoSetUp();
  }
}

main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
