/**
 * Records what the tools of the original do, on HBase:
 *
 *   TSDB_TEST_ZK=127.0.0.1:2181 node -r ./test/support/ts-hook.cjs test/tools/recorded/record.ts [SCENARIO...]
 *
 * Each scenario has tables of its own, which are gone afterwards; its answers are written to golden/SCENARIO.json. A command takes one to three seconds.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originalPeer } from './original-peer';
import { play, type Outcome } from './play';
import type { RunStep, Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

/** What is kept of stderr, for readers: it is not compared. */
const STDERR_LINES = 6;

export interface RecordedRun extends Outcome {
  run: string;
}

async function record(scenario: Scenario, quorum: string): Promise<void> {
  const peer = await originalPeer(quorum, `recorded${process.pid}_${scenario.name.replaceAll('-', '_')}_`, scenario);
  const runs: RecordedRun[] = [];
  try {
    await play(scenario, peer, (step: RunStep, outcome: Outcome) => {
      runs.push({ run: step.run, ...outcome, stderr: outcome.stderr.slice(0, STDERR_LINES) });
      console.log(`${scenario.name}: ${step.run}: ${outcome.code}`);
    });
  } finally {
    await peer.close();
  }
  writeFileSync(join(__dirname, 'golden', `${scenario.name}.json`), `${JSON.stringify(runs, null, 1)}\n`);
}

async function main(names: readonly string[]): Promise<void> {
  const quorum = process.env.TSDB_TEST_ZK;
  if (quorum === undefined) throw new Error('TSDB_TEST_ZK says where the HBase is');
  for (const scenario of SCENARIOS) if (names.length === 0 || names.includes(scenario.name)) await record(scenario, quorum);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
