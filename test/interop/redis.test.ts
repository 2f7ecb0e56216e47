import { randomBytes } from 'node:crypto';
import type { Storage } from '../../src/storage';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { describeWithRedis } from '../uid/support/redis-server';
import { redisCacheSuite } from '../uid/support/redis-suite';
import { intercept, UID_TABLE } from '../uid/support/uid-store';
import { describeWithHBase } from './support/needs';

/** Every test has a UID table of its own, whatever name it calls it by. */
function eachTestHasATable(zkQuorum: string): { readonly storage: Storage } {
  const prefix = `redis_${randomBytes(4).toString('hex')}_`;
  let number = 0;
  let real: HBaseStorage;
  let admin: HBaseAdmin;
  let storage: Storage;
  const table = (): string => `${prefix}${number}`;

  beforeAll(async () => {
    real = HBaseStorage.withOptions({ zkQuorum });
    await real.open();
    admin = new HBaseAdmin(real.cluster);
  });
  beforeEach(async () => {
    number++;
    await admin.createTable({ name: table(), families: [{ name: 'id' }, { name: 'name' }] });
    const own = table();
    const named = (name: string): string => (name === UID_TABLE ? own : name);
    storage = intercept(real, {
      tableExists: (name) => real.tableExists(named(name)),
      get: (name, ...rest) => real.get(named(name), ...rest),
      multiGet: (name, ...rest) => real.multiGet(named(name), ...rest),
      scan: (name, ...rest) => real.scan(named(name), ...rest),
      put: (name, ...rest) => real.put(named(name), ...rest),
      append: (name, ...rest) => real.append(named(name), ...rest),
      delete: (name, ...rest) => real.delete(named(name), ...rest),
      increment: (name, ...rest) => real.increment(named(name), ...rest),
      compareAndSet: (name, ...rest) => real.compareAndSet(named(name), ...rest),
    });
  });
  afterEach(async () => {
    await admin.disableTable(table());
    await admin.deleteTable(table());
  });
  afterAll(async () => {
    admin.close();
    await real.close();
  });
  return {
    get storage() {
      return storage;
    },
  };
}

describeWithHBase('on HBase', (zkQuorum) => {
  describeWithRedis('the Redis cache', () => redisCacheSuite(() => eachTestHasATable(zkQuorum)));
});
