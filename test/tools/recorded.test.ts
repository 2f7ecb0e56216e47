import { compareScenario } from './recorded/compare';
import { embeddedPeer } from './recorded/our-peer';
import { SCENARIOS } from './recorded/scenarios';

// What the tools of the original printed and returned (recorded/record.ts), and ours on an embedded store, which always has its tables.
describe.each(SCENARIOS.filter(({ withoutTables }) => !withoutTables).map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (_name, scenario) => compareScenario(scenario, () => Promise.resolve(embeddedPeer)),
);
