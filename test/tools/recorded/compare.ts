import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { play, type Outcome, type Peer } from './play';
import type { RunStep, Scenario } from './scenario';

interface RecordedRun extends Outcome {
  run: string;
}

/** The original's answers, in the order of the scenario's commands. */
export function recordedRuns({ name }: Scenario): RecordedRun[] {
  return JSON.parse(readFileSync(join(__dirname, 'golden', `${name}.json`), 'utf8')) as RecordedRun[];
}

/** The original's row count may be one low for each worker; ours is right. */
const ROWS = /^(INFO {2}\[main\] Fsck: Rows Processed: )\d+$/;

function withoutRows(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(ROWS, '$1<n>'));
}

/** A suite: the scenario's commands by our tools, and for each that it prints and returns what the original did. */
export function compareScenario(scenario: Scenario, peerOf: () => Promise<Peer & { close?(): Promise<void> }>): void {
  const commands = scenario.steps.filter((step): step is RunStep => 'run' in step);
  const outcomes: Outcome[] = [];
  beforeAll(async () => {
    const peer = await peerOf();
    try {
      await play(scenario, peer, (_step, outcome) => outcomes.push(outcome));
    } finally {
      await peer.close?.();
    }
  });

  const recorded = recordedRuns(scenario);
  it('has an answer of the original for every command', () =>
    expect(recorded.map(({ run }) => run)).toEqual(commands.map(({ run }) => run)));

  const alike = commands.map((step, i) => [`${i} ${step.run}`, step, i] as const).filter(([, { ours }]) => ours?.elsewhere === undefined);
  it.each(alike)('%s', (_name, { ours }, i) => {
    const { code, stdout } = outcomes[i];
    // An error after which the original hangs is exit code 1 with us.
    const printed = ours?.help === undefined ? withoutRows(stdout) : stdout.join('\n').slice(0, ours.help.length);
    expect({ stdout: printed, code }).toEqual({
      stdout: ours?.help ?? withoutRows(ours?.stdout ?? recorded[i].stdout),
      code: ours?.code ?? recorded[i].code ?? 1,
    });
  });
}
