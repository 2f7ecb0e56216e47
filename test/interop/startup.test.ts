import { join } from 'node:path';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { TcpProxy } from './support/tcp-proxy';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(240_000);

describeWithHBase('the daemon starts', (quorum) => {
  const prefix = `start${process.pid}_`;
  const settings = { 'tsd.core.auto_create_metrics': 'true' };
  let tables: TestTables;

  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await tables.create(prefix);
  });
  afterAll(() => tables.close());

  const proxyTo = (address: string): Promise<TcpProxy> => {
    const [host, port] = address.split(',')[0].split(':');
    return TcpProxy.to({ host, port: Number(port) });
  };

  /** Until it has said so: one look at storage that is away takes a quarter of a minute. */
  const says = (daemon: OurTsd, text: string | RegExp): Promise<void> => eventually(async () => expect(daemon.log).toMatch(text));

  it('when ZooKeeper, which was away, is there again', async () => {
    const zooKeeper = await proxyTo(quorum);
    zooKeeper.refuse();
    const daemon = OurTsd.launch({ quorum: `127.0.0.1:${zooKeeper.address.port}`, prefix });
    try {
      const { port } = zooKeeper.address;
      await says(
        daemon,
        `Opening the storage failed, trying again in 250ms: Can't connect to HBase through ZooKeeper 127.0.0.1:${port}/hbase`,
      );
      await says(daemon, `Can't reach ZooKeeper at 127.0.0.1:${port}: no answer within 5000 ms`);
      zooKeeper.accept();
      await daemon.ready();
      expect(await new TsdClient(daemon.port).call('/api/version')).toContain('2.4.1');
    } finally {
      await daemon.stop();
      await zooKeeper.close();
    }
  });

  it('when the region server, which was away, is there again', async () => {
    const [{ server }] = await tables.admin.regions(`${prefix}tsdb`);
    const proxy = await TcpProxy.to(server);
    proxy.refuse();
    const preload = join(__dirname, 'support', 'route-hook.cjs');
    const env = { ROUTE_FROM: String(server.port), ROUTE_TO: String(proxy.address.port) };
    const daemon = OurTsd.launch({ quorum, prefix, preload, env });
    try {
      const { host, port } = server;
      await says(
        daemon,
        new RegExp(`Opening the storage failed, trying again in 250ms: .*can't read hbase:meta: connection to ${host}:${port} `),
      );
      proxy.accept();
      await daemon.ready();
    } finally {
      await daemon.stop();
      await proxy.close();
    }
  });

  it('not when ZooKeeper stays away longer than it is to wait, or at all', async () => {
    const zooKeeper = await proxyTo(quorum);
    zooKeeper.refuse();
    const away = `127.0.0.1:${zooKeeper.address.port}`;
    try {
      // One look at ZooKeeper takes some 15 seconds.
      const [patient, hasty] = ['30000', '0'].map((timeout) =>
        OurTsd.launch({ quorum: away, prefix, settings: { 'tsd.storage.startup_timeout': timeout } }),
      );
      expect(await Promise.all([patient.exited(), hasty.exited()])).toEqual([1, 1]);
      expect(patient.log).toContain('Opening the storage failed, trying again in 250ms');
      expect(hasty.log).not.toContain('trying again');
      for (const { log } of [patient, hasty])
        expect(log).toMatch(/Initialization failed\nCaused by: \w+: Can't connect to HBase through ZooKeeper/);
    } finally {
      await zooKeeper.close();
    }
  });

  it('not without its tables, and names the one that is missing', async () => {
    const daemon = OurTsd.launch({ quorum, prefix: `${prefix}no_` });
    expect(await daemon.exited()).toBe(1);
    expect(daemon.log).toContain('Exception in thread "main" java.lang.RuntimeException: Initialization failed\n');
    expect(daemon.log).toContain(`"${prefix}no_tsdb": the table does not exist`);
  });

  it('not with widths of UIDs that can not be', async () => {
    const daemon = OurTsd.launch({ quorum, prefix, settings: { 'tsd.storage.uid.width.tagk': '9' } });
    expect(await daemon.exited()).toBe(1);
    expect(daemon.log).toContain('tsd.storage.uid.width.tagk = 9: out of range, it can be 1 to 8 bytes');
  });

  it('not with other widths of UIDs than those in the table', async () => {
    const first = await OurTsd.start({ quorum, prefix, settings });
    expect(await new TsdClient(first.port).telnet(['put some.metric 1700000000 1 host=web01'])).toBe('');
    expect(await first.stop()).toBe(143);
    const daemon = OurTsd.launch({ quorum, prefix, settings: { ...settings, 'tsd.storage.uid.width.tagv': '4' } });
    expect(await daemon.exited()).toBe(1);
    expect(daemon.log).toContain(`tsd.storage.uid.width.tagv = 4, but table "${prefix}tsdb-uid" has UIDs of tagv on 3 bytes: set it to 3`);
  });
});
