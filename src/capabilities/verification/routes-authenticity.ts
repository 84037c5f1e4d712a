import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { anyone, htmlPage, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { findIssuedDocument, reportOfIssued, type IssuedDocument } from './authenticity.ts';
import { issuedDocumentReply } from './contract.ts';
import { frameOf, limitMb, readFormFile } from './form.ts';
import { askPage } from './portal/ask-page.ts';
import { authenticityPage, type Comparison } from './portal/authenticity-page.ts';
import { words, type Language } from './portal/words.ts';
import { withinLimits } from './rate-limit.ts';

const toHolders = anyone('whoever holds a document with its code may ask whether it is genuine; the code cannot be guessed');
const params = z.object({ code: z.string().max(40) });
const query = z.object({ lang: z.enum(['vi', 'en']).optional().catch(undefined) });

export const authenticityRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/xac-thuc/:code',
    summary: 'The public page of an issued document, to which the QR code on it leads.',
    access: toHolders,
    params,
    query,
    run: (http, { params: { code }, query: { lang } }) => answer(http, { code, language: lang ?? http.language }),
  }),
  route({
    method: 'POST',
    url: '/xac-thuc/:code',
    summary: 'Compares the uploaded file with the issued ones. It is not kept.',
    access: toHolders,
    params,
    query,
    streamedBody: true,
    run: (http, { params: { code }, query: { lang } }) =>
      answer(http, {
        code,
        language: lang ?? http.language,
        compare: async (document) => {
          const file = await readFormFile(http);
          const sha256 = createHash('sha256').update(file.bytes).digest('hex');
          return { fileName: file.name, sha256, isSame: document.files.some((issued) => issued.sha256 === sha256) };
        },
      }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/issued-documents/:code',
    summary: 'Whether a document with this code was issued here, by whom, its state and the hashes of its files.',
    access: toHolders,
    params,
    reply: issuedDocumentReply,
    run: ({ kernel, ip }, { params: { code } }) => withinLimits(kernel, ip, () => findIssuedDocument(kernel, code)),
  }),
];

type Question = { code: string; language: Language; compare?: (document: IssuedDocument) => Promise<Comparison> };

async function answer(http: RouteContext, { code, language, compare }: Question): Promise<SpecialReply> {
  const { kernel } = http;
  const frame = { ...frameOf(kernel, language), limitMb: limitMb(kernel) };
  try {
    return await withinLimits(kernel, http.ip, async () => {
      const document = await findIssuedDocument(kernel, code);
      const comparison = await compare?.(document);
      const report = await reportOfIssued(kernel, document);
      return htmlPage(authenticityPage({ ...frame, document, report, ...(comparison === undefined ? {} : { comparison }) }));
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.entry.status >= 500) throw error;
    const { message, fix } = error.describe(language);
    return htmlPage(askPage({ ...frame, problem: { title: words[language].errorTitle, text: message, todo: fix ?? '' } }), error.entry.status);
  }
}
