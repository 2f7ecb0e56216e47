import { HBaseSink } from './hbase-sink';

// node -r ./test/support/ts-hook.cjs test/support/hbase-sink/main.ts [PORT [KEEP]]
//
// A HBase that stores nothing, in a process of its own: prints the ZooKeeper quorum to configure, and at the end, or when the process that has
// forked it asks, how many cells came. KEEP is a regular expression of the tables whose cells are kept; the default is `uid$`.

const [port = '0', keep] = process.argv.slice(2);

async function main(): Promise<void> {
  const sink = await HBaseSink.start({ port: Number(port), keep: keep === undefined ? undefined : new RegExp(keep) });
  console.log(`quorum ${sink.quorum}`);
  const counts = (): Record<string, number> => Object.fromEntries(sink.discarded);
  process.on('message', () => process.send?.({ quorum: sink.quorum, discarded: counts() }));
  process.on('disconnect', () => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      console.log(JSON.stringify(counts()));
      process.exit();
    });
}

void main();
