import { AppError } from '#kernel/errors.ts';
import { defineFileInspector } from '#engines/files/index.ts';
import { documentReader } from './adapters/document-reader/reader.ts';

/** Flags of a PDF that comes in: things that act are accepted, pointed out, and never executed. */
export const pdfInspector = defineFileInspector({
  mediaType: 'application/pdf',
  inspect: async (bytes) => {
    try {
      return await documentReader.findActiveContent(bytes);
    } catch (error) {
      if (error instanceof AppError && error.code === 'signatures.pdf.encrypted') return ['encrypted'];
      throw error;
    }
  },
});
