/** Mutants that nothing finds, and why that is right: name, reason. Anything else that survives is a hole in the tests. */
export const SURVIVORS: ReadonlyMap<string, string> = new Map([]);
