/** Plaintexts of records as a liar would make them; the conformance kit makes the same. */
export * from '../../bin/conform/plaintexts';
