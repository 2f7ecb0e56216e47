/** The memory that requests hold together: one budget per process, a share of it per connection, an account per request. */
export { MemoryBudget } from './memory-budget';
export { RequestMemory } from './request-memory';
