/**
 * Whether a measured quantity stays flat: growth over time by least squares, with the load beside it, and the least value of
 * the first and the last window. Must never be here: where the numbers come from.
 */

/** Windows whose least values are compared. */
const WINDOWS = 4;

/**
 * How fast y grows with time when the load explains what it can: y = a + b t + c load.
 * @param samples `{ t, load, y }` @returns b, per unit of t
 */
export function slope(samples) {
  const mean = (name) => samples.reduce((sum, sample) => sum + sample[name], 0) / samples.length;
  const [t0, l0, y0] = [mean('t'), mean('load'), mean('y')];
  const sum = (f) => samples.reduce((total, { t, load, y }) => total + f(t - t0, load - l0, y - y0), 0);
  const tt = sum((t) => t * t);
  const ll = sum((_, l) => l * l);
  const tl = sum((t, l) => t * l);
  const ty = sum((t, _, y) => t * y);
  const ly = sum((_, l, y) => l * y);
  const determinant = tt * ll - tl * tl;
  // A load that does not vary, or varies with time alone, explains nothing.
  return determinant > 1e-9 * tt * ll && ll > 0 ? (ty * ll - ly * tl) / determinant : ty / tt;
}

/** @returns how much the least value of the last window is above that of the first */
export function riseOfLeast(samples) {
  const size = Math.floor(samples.length / WINDOWS);
  const least = (part) => Math.min(...part.map(({ y }) => y));
  return least(samples.slice(-size)) - least(samples.slice(0, size));
}

/** @returns growth by both measures, and whether both are within the bound */
export function judge(samples, bound) {
  const growth = slope(samples) * (samples.at(-1).t - samples[0].t);
  const rise = riseOfLeast(samples);
  return { growth, rise, bound, flat: growth <= bound && rise <= bound };
}
