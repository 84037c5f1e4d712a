/** One measured case beside the limit of the same run. */
export type Result = {
  readonly bench: string;
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is measured against: the peer's figure of the same run, or the most that is allowed. */
  readonly limit: number;
  readonly ratio: number;
  /** What the ratio must keep, as a person reads it. */
  readonly demand: string;
};

/** Prints a table of the cases and then one JSON line a case. */
export function report(title: string, results: readonly Result[]): void {
  const width = Math.max(...results.map((result) => result.case.length)) + 2;
  console.log(`${title}, ${process.version}`);
  console.log(`${'case'.padEnd(width)}${'value'.padStart(11)}${'limit'.padStart(11)}${'ratio'.padStart(9)}  ${'unit'.padEnd(14)}demand`);
  for (const { case: name, value, unit, limit, ratio, demand } of results) {
    console.log(`${name.padEnd(width)}${rounded(value).toString().padStart(11)}${rounded(limit).toString().padStart(11)}${ratio.toFixed(3).padStart(9)}  ${unit.padEnd(14)}${demand}`);
  }
  for (const { bench, case: name, value, unit, limit, ratio } of results) {
    console.log(JSON.stringify({ bench, case: name, value: rounded(value), unit, limit: rounded(limit), ratio: rounded(ratio) }));
  }
}

export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** The value below which the given part of the numbers lies. */
export function percentile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Four significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
