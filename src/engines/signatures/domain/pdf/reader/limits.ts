/** How much work one file may cause. All sizes in bytes. */
export type PdfLimits = {
  readonly maxFileBytes: number;
  /** One decoded stream. */
  readonly maxStreamBytes: number;
  /** All streams decoded through one opened document together: what stops a bomb made of many small bombs. */
  readonly maxDecodedBytes: number;
  readonly maxObjects: number;
  readonly maxPages: number;
  readonly maxFields: number;
  readonly maxSections: number;
};

export const defaultPdfLimits: PdfLimits = {
  maxFileBytes: 512 * 1024 * 1024,
  maxStreamBytes: 64 * 1024 * 1024,
  maxDecodedBytes: 256 * 1024 * 1024,
  maxObjects: 2_000_000,
  maxPages: 50_000,
  maxFields: 50_000,
  maxSections: 5_000,
};
