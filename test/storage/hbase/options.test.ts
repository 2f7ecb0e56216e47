import { LayeredConfig } from '../../../src/config';
import { DoNotRetryError } from '../../../src/storage';
import { readHBaseSettings } from '../../../src/config/settings/hbase';
import { DEFAULT_OPTIONS, hbaseOptions } from '../../../src/storage/hbase/options';

const from = (values: Record<string, string>) => hbaseOptions(readHBaseSettings(new LayeredConfig(Object.entries(values))));

describe('the client’s settings', () => {
  it('are finite by default', () => {
    expect(from({})).toEqual(DEFAULT_OPTIONS);
    for (const [name, value] of Object.entries(DEFAULT_OPTIONS))
      if (typeof value === 'number') expect([name, value > 0 && value < Infinity]).toEqual([name, true]);
  });

  it('come from the keys that users of the original set', () => {
    const options = from({
      'tsd.storage.hbase.zk_quorum': 'a:1,b',
      'tsd.storage.hbase.zk_basedir': '/hbase-unsecure',
      'hbase.zookeeper.quorum': 'ignored',
      'hbase.zookeeper.session.timeout': '7000',
      'hbase.rpc.timeout': '90000',
      'hbase.client.retries.number': '3',
      'hbase.rpcs.batch.size': '100',
      'hbase.ipc.client.socket.timeout.connect': '123',
      'hbase.ipc.client.tcpnodelay': 'false',
      'hbase.hbase.ipc.client.connection.idle_timeout': '60',
      'hbase.region_client.inflight_limit': '2',
      'hbase.security.auth.enable': 'true',
      'hbase.security.authentication': 'simple',
      'hbase.security.simple.username': 'tsdb',
    });
    expect(options).toMatchObject({
      zkQuorum: 'a:1,b',
      zkBaseDir: '/hbase-unsecure',
      zkSessionTimeoutMs: 7000,
      rpcTimeoutMs: 90_000,
      operationTimeoutMs: 90_000,
      maxAttempts: 3,
      batchActions: 100,
      connectTimeoutMs: 123,
      noDelay: false,
      idleTimeoutMs: 60_000,
      batchesInFlight: 2,
      user: 'tsdb',
    });
  });

  it('take 0, the original’s "no timeout", for ours', () => {
    expect(from({ 'hbase.rpc.timeout': '0', 'hbase.region_client.inflight_limit': '0' })).toEqual(DEFAULT_OPTIONS);
  });

  it('refuse what the client can not do, by name', () => {
    const kerberos = { 'hbase.security.auth.enable': 'true', 'hbase.security.authentication': 'kerberos' };
    expect(() => from(kerberos)).toThrow(DoNotRetryError);
    expect(() => from(kerberos)).toThrow('hbase.security.authentication = kerberos');
    expect(() => from({ 'hbase.rpc.timeout': '10s' })).toThrow('10s');
  });
});
