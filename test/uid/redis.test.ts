import { describeWithRedis } from './support/redis-server';
import { redisCacheSuite } from './support/redis-suite';
import { eachTestHasAStore } from './support/uid-store';

describeWithRedis('the Redis cache', () => redisCacheSuite(eachTestHasAStore));
