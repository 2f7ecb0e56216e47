import { compareScenario } from '../tools/recorded/compare';
import { runOurs } from '../tools/recorded/our-peer';
import { roles, STEADY_SETTINGS, type Peer } from '../tools/recorded/play';
import type { Scenario } from '../tools/recorded/scenario';
import { SCENARIOS } from '../tools/recorded/scenarios';
import { describeWithHBase } from './support/needs';
import { tableNames, TestTables } from './support/tables';

jest.setTimeout(120_000);

describeWithHBase('the recorded runs of the tools of the original, by ours on HBase', (quorum) => {
  describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) =>
    compareScenario(scenario, () => peerOf(quorum, scenario)),
  );
});

async function peerOf(quorum: string, { name, withoutTables, settings }: Scenario): Promise<Peer & { close(): Promise<void> }> {
  const prefix = `recorded${process.pid}_${name.replaceAll('-', '_')}_`;
  const tables = await TestTables.connect(quorum);
  if (!withoutTables) await tables.create(prefix, settings);
  return {
    settings: { 'tsd.storage.hbase.zk_quorum': quorum, ...STEADY_SETTINGS, ...tableNames(prefix) },
    tables: roles(prefix),
    prefix,
    withStorage: (_dir, work) => work(tables.storage),
    run: runOurs,
    close: () => tables.close(),
  };
}
