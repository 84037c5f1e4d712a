import type { AppendOptions } from './store.ts';

/** After so many bytes what came is made durable, so that a killed server costs little of a long upload. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;

/** Where an upload grows: `take` is given each chunk with its place, `flush` makes durable what was taken since `from`. */
export type Growing = { take(chunk: Buffer, at: number): Promise<void>; flush(from: number): Promise<void> };

/** Takes what comes, durable a piece at a time. @returns how many bytes of the upload are durable. @throws what the source throws, when what came is safe */
export async function appendAll(options: AppendOptions, place: Growing): Promise<number> {
  let received = options.offset;
  let durable = options.offset;
  const makeDurable = async (): Promise<void> => {
    if (received === durable) return;
    await place.flush(durable);
    durable = received;
  };
  try {
    for await (const chunk of options.source) {
      await place.take(chunk, received);
      received += chunk.length;
      if (received - durable < CHECKPOINT_BYTES) continue;
      await makeDurable();
      await options.onProgress(durable);
    }
  } catch (error) {
    // The connection broke, or the disk is full: what came whole is kept, so that the upload goes on from there.
    await makeDurable();
    await options.onProgress(durable);
    throw error;
  }
  await makeDurable();
  return durable;
}
