/**
 * Before every test file: where fast-check begins. PARLEY_SEED=n plays a failure of any random test again; PARLEY_PROPERTY_SEED=n
 * gives properties alone a fixed beginning. Without them every run begins somewhere else, and a failure prints its seed.
 */
import fc from 'fast-check';

const seed = process.env['PARLEY_SEED'] ?? process.env['PARLEY_PROPERTY_SEED'];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
