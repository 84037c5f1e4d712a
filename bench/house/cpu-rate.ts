/**
 * Rates per second of processor time of the whole process, garbage collection included, so that a busy machine changes them little. What is
 * measured and its reference take turns in one run; figures are medians of the rounds, and ratios are medians of each round's.
 */

const roundMs = 250;
/** The compiler works beside us at first, and its time counts: with a call a millisecond it takes thousands of them until it has done. */
const warmUpCalls = 16_000;
const warmUpMs = { least: 1000, most: 16_000 };

export type Result = { readonly case: string; readonly value: number; readonly unit: string; readonly limit: number; readonly ratio: number };

export type Comparison = {
  readonly measured: () => unknown;
  readonly reference: () => unknown;
  readonly rounds: number;
  readonly unit: string;
};

/** Takes turns, so that both meet the same moods of the machine. */
export async function compare(name: string, { measured, reference, rounds: count, unit }: Comparison): Promise<Result> {
  await warmUp([reference, measured]);
  const values: number[] = [];
  const limits: number[] = [];
  for (let i = 0; i < count; i += 1) {
    limits.push(await rateOf(reference));
    values.push(await rateOf(measured));
  }
  const ratio = median(values.map((value, i) => value / (limits[i] ?? value)));
  return { case: name, value: median(values), unit, limit: median(limits), ratio };
}

/** Lets actions run in turns, each so often that the compiler has done with them; slow ones a quarter of a minute. */
export async function warmUp(actions: readonly (() => unknown)[]): Promise<void> {
  const isWarm = ({ calls, ms }: { calls: number; ms: number }): boolean => ms >= warmUpMs.most || (ms >= warmUpMs.least && calls >= warmUpCalls);
  const done = actions.map((action) => ({ action, calls: 0, ms: 0 }));
  for (let cold = done; cold.length > 0; cold = cold.filter((each) => !isWarm(each))) {
    for (const each of cold) {
      each.calls += ((await rateOf(each.action)) * roundMs) / 1000;
      each.ms += roundMs;
    }
  }
}

/** Calls per second of processor time, over at least `roundMs` of it. */
export async function rateOf(action: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  let calls = 0;
  let usedMs = 0;
  while (usedMs < roundMs) {
    for (let i = 0; i < 8 && usedMs < roundMs; i += 1) {
      const outcome = action();
      if (outcome instanceof Promise) await outcome;
      calls += 1;
      if (outcome instanceof Promise) usedMs = cpuMs(start);
    }
    usedMs = cpuMs(start);
  }
  return (calls * 1000) / usedMs;
}

function cpuMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** A table for people, then one JSON line a case. */
export function print(bench: string, title: string, results: readonly Result[]): void {
  console.log(title);
  console.log(`${'case'.padEnd(18)}${'value'.padStart(12)}${'limit/peer'.padStart(12)}${'ratio'.padStart(10)}  unit`);
  for (const { case: name, value, unit, limit, ratio } of results) {
    console.log(`${name.padEnd(18)}${value.toFixed(1).padStart(12)}${limit.toFixed(1).padStart(12)}${ratio.toFixed(2).padStart(10)}  ${unit}`);
  }
  for (const { case: name, value, unit, limit, ratio } of results) {
    console.log(JSON.stringify({ bench, case: name, value: rounded(value), unit, limit: rounded(limit), ratio: rounded(ratio) }));
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
