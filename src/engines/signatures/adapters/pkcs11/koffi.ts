import { createRequire } from 'node:module';

/** The part of the foreign-function library that is used here. It is optional: without it this installation has no tokens and HSMs. */
export type Koffi = {
  load(path: string): { func(name: string, result: string, parameters: unknown[]): (...values: unknown[]) => unknown };
  proto(name: string, result: string, parameters: unknown[]): unknown;
  decode(value: unknown, offset: number, type: string): unknown;
  decode(value: unknown, type: unknown): (...values: unknown[]) => unknown;
  pointer(type: string): unknown;
  out(type: unknown): unknown;
  inout(type: unknown): unknown;
  sizeof(type: string): number;
  address(value: Buffer): bigint;
};

/** Undefined where the optional package is not installed, or has no build for this platform. */
export function findKoffi(): Koffi | undefined {
  try {
    // safe because the package of this name has these functions in the version that package.json names
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
