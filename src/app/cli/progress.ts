/** Progress of a long start: one line a step with the seconds since the beginning. */
export function createProgress(): { step: (text: string) => void; seconds: () => string } {
  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1).replace('.', ',');
  return {
    seconds,
    step: (text) => {
      process.stdout.write(`  ${seconds().padStart(5)} s  ${text}\n`);
    },
  };
}
