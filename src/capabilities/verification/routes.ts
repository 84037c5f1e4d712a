import { z } from 'zod';
import { kernelErrors } from '#kernel/errors.ts';
import { anyone, htmlPage, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { validateOpening, type StoredReport } from '#engines/signatures/index.ts';
import { answerProblem, frameOf, limitMb, readSignedForm } from './form.ts';
import { askPage } from './portal/ask-page.ts';
import { reportPage } from './portal/report-page.ts';
import { fonts, stylesheet } from './portal/stylesheet.ts';
import { words, type Language } from './portal/words.ts';
import { withinLimits } from './rate-limit.ts';
import { sealReport } from './report-ticket.ts';

const toEverybody = anyone('whoever receives a document may ask whether its signatures hold');
const query = z.object({ lang: z.enum(['vi', 'en']).optional().catch(undefined) });

export const verificationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/kiem-tra',
    summary: 'The public page on which anybody checks the signatures of a file.',
    access: toEverybody,
    query,
    run: (http, { query: { lang } }) => Promise.resolve(htmlPage(askPage({ ...frameOf(http.kernel, lang ?? http.language), limitMb: limitMb(http.kernel) }))),
  }),
  route({
    method: 'POST',
    url: '/kiem-tra',
    summary: 'The report on the uploaded file as a page. The file is not kept.',
    access: toEverybody,
    query,
    streamedBody: true,
    run: (http, { query: { lang } }) => answerForm(http, lang ?? http.language),
  }),
  route({
    method: 'GET',
    url: '/kiem-tra/:asset',
    summary: 'Style sheet and fonts of the public page.',
    access: toEverybody,
    params: z.object({ asset: z.string().max(100) }),
    run: (_http, { params: { asset } }) => Promise.resolve(assetReply(asset)),
  }),
];

async function answerForm(http: RouteContext, language: Language): Promise<SpecialReply> {
  const { kernel } = http;
  return answerProblem(kernel, language, async () => {
    const { fileName, report, enclosed, isAlone } = await withinLimits(kernel, http.ip, async () => {
      const { file, beside } = await readSignedForm(http);
      return { fileName: file.name, isAlone: beside.length === 0, ...(await validateOpening(kernel, file.bytes, beside)) };
    });
    const problem = isAlone ? missingFile(report) : undefined;
    if (problem !== undefined) return htmlPage(askAgain(kernel, { language, problem }), 422);
    return htmlPage(reportPage({ ...frameOf(kernel, language), report, fileName, enclosed, ticket: sealReport(kernel, { report, fileName }) }), report.indication === 'UNREADABLE' ? 422 : 200);
  });
}

/** What is said of a detached signature that came without its file; undefined when another signature of the file can be judged. */
function missingFile({ problem, signatures }: StoredReport): StoredReport['problem'] | undefined {
  if (problem?.code === 'signatures.signedFileMissing') return problem;
  const missing = signatures.map(({ problems }) => problems.find(({ code }) => code === 'content.missing'));
  return missing.every((each) => each !== undefined) ? missing[0] : undefined;
}

/** A detached signature without its file is no verdict but half a question: the form comes back with the second field open. */
function askAgain(kernel: Kernel, { language, problem: found }: { language: Language; problem: StoredReport['problem'] }): string {
  const { text, todo } = found ?? {};
  const problem = { title: words[language].errorTitle, text: text?.[language] ?? '', todo: todo?.[language] ?? '', needsContent: true };
  return askPage({ ...frameOf(kernel, language), limitMb: limitMb(kernel), problem });
}

function assetReply(asset: string): SpecialReply {
  if (asset === stylesheet.name) return { special: 'bytes', body: Buffer.from(stylesheet.css), contentType: 'text/css; charset=utf-8', immutable: true };
  const font = fonts.get(asset);
  if (font === undefined) throw kernelErrors.notFound();
  return { special: 'bytes', body: font, contentType: 'font/woff2', immutable: true, sizeBytes: font.length };
}
