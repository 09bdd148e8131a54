/** The store in memory keeps the contract. */
import { memoryStore } from '../../storage/memory';
import { testStore } from './contract';

testStore('memory', () => {
  const store = memoryStore();
  return {
    store,
    reopen: () => store,
    fill: () => void (store.full = true),
    free: () => void (store.full = false),
    dispose: () => undefined,
  };
});
