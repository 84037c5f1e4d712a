import { z } from 'zod';

/** How far an upload is, and what came of it. */
export const uploadView = z.object({
  id: z.uuid(),
  state: z.enum(['receiving', 'finished', 'taken']),
  name: z.string(),
  sizeBytes: z.int(),
  receivedBytes: z.int(),
  sha256: z.string().nullable(),
  mediaType: z.string().nullable(),
  /** What a person should know about the content: `javascript`, `launch`, `encrypted`, `contains-program`, `unreadable`, … */
  flags: z.array(z.string()),
  expiresAt: z.iso.datetime(),
});

export const capabilitiesView = z.object({
  uploadLimitBytes: z.int(),
  /** Whether the server can turn DOCX into PDF. */
  docxToPdf: z.boolean(),
  /** Why not, and what to do, in the reader's language. */
  docxToPdfHint: z.string().nullable(),
});

export const fileUploadedData = z.object({
  name: z.string(),
  originalName: z.string(),
  sha256: z.string(),
  sizeBytes: z.int(),
  mediaType: z.string(),
  flags: z.array(z.string()),
});

export const fileOpenedData = z.object({ name: z.string(), sha256: z.string() });

export type UploadView = z.infer<typeof uploadView>;
export type CapabilitiesView = z.infer<typeof capabilitiesView>;
