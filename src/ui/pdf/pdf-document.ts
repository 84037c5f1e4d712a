import { getDocument, GlobalWorkerOptions, InvalidPDFException, PasswordException, ResponseException, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import { useEffect, useState } from 'react';
import { toRotation, type PageShape } from './pdf-geometry.ts';

export type PdfSource = { url: string } | { data: Uint8Array };

export type PdfPage = { number: number; shape: PageShape; proxy: PDFPageProxy };

export type PdfProblem = 'damaged' | 'locked' | 'missing' | 'unreachable';

export type OpenedPdf = { state: 'opening' } | { state: 'open'; document: PDFDocumentProxy; pages: readonly PdfPage[] } | { state: 'failed'; problem: PdfProblem; error: unknown };

GlobalWorkerOptions.workerSrc = workerUrl;

/** Where the workplace keeps what pdf.js fetches when a document needs it. */
const files = `${import.meta.env.BASE_URL}pdf/`;

/** Opens a document and learns the shape of all its pages, so that nothing jumps when they are drawn. */
export function usePdf(source: PdfSource): OpenedPdf {
  const [opened, setOpened] = useState<OpenedPdf>({ state: 'opening' });
  const url = 'url' in source ? source.url : undefined;
  const data = 'data' in source ? source.data : undefined;
  useEffect(() => {
    setOpened({ state: 'opening' });
    // A copy, because the worker takes the bytes away.
    const task = getDocument({
      ...(url === undefined ? { data: data?.slice() ?? new Uint8Array() } : { url }),
      cMapUrl: `${files}cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${files}standard_fonts/`,
      wasmUrl: `${files}wasm/`,
      iccUrl: `${files}iccs/`,
      // Only drawn, never run: forms of the dynamic kind and document scripts have no engine here.
      enableXfa: false,
      verbosity: 0,
    });
    let current = true;
    const open = async () => {
      const document = await task.promise;
      const pages = await readPages(document);
      if (current) setOpened({ state: 'open', document, pages });
    };
    open().catch((error: unknown) => {
      if (current) setOpened({ state: 'failed', problem: problemOf(error), error });
    });
    return () => {
      current = false;
      void task.destroy();
    };
  }, [url, data]);
  return opened;
}

async function readPages(document: PDFDocumentProxy): Promise<readonly PdfPage[]> {
  const numbers = Array.from({ length: document.numPages }, (_, index) => index + 1);
  return Promise.all(
    numbers.map(async (number) => {
      const proxy = await document.getPage(number);
      const [left = 0, bottom = 0, right = 0, top = 0] = proxy.view;
      return { number, proxy, shape: { box: [left, bottom, right, top] as const, rotation: toRotation(proxy.rotate) } };
    }),
  );
}

function problemOf(error: unknown): PdfProblem {
  if (error instanceof PasswordException) return 'locked';
  if (error instanceof InvalidPDFException) return 'damaged';
  if (error instanceof ResponseException) return error.missing ? 'missing' : 'unreachable';
  return 'damaged';
}
