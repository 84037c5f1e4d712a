/** Chance that a number repeats: the same seed gives the same choices. */
export type Chance = { /** From 0 to 1. */ next(): number; below(limit: number): number; happens(probability: number): boolean; pick<Value>(values: readonly Value[]): Value };

/** Mulberry32, a small generator with a good spread. @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    happens: (probability) => next() < probability,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('there is nothing to choose from');
      return value;
    },
  };
}

/** The seed of this run: given as LIENTHONG_SEED to repeat a failure, otherwise new. */
export function seedOfRun(): number {
  return Number(process.env['LIENTHONG_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
}
