import { z } from 'zod';
import { anyone, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { readBody, validateBytes, validateOpening, type StoredReport } from '#engines/signatures/index.ts';
import { contentName } from './content-name.ts';
import { validationReply } from './contract.ts';
import { verificationErrors } from './errors.ts';
import { answerProblem, readSignedForm } from './form.ts';
import type { FormFile } from './multipart.ts';
import { withinLimits } from './rate-limit.ts';
import { downloadReply, mediaTypes, reportDocument, reportFormats, type ReportFormat } from './report-documents.ts';
import { openReport, TICKET_LIMIT_BYTES } from './report-ticket.ts';

const toEverybody = anyone('whoever receives a document may ask whether its signatures hold');
const query = z.object({ lang: z.enum(['vi', 'en']).optional().catch(undefined) });

export const reportRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/v1/validations',
    summary:
      'Validates the signatures of the file in the body: PDF, XML, ASiC, JWS, told by content; a detached signature as multipart/form-data with the part file and one or several parts content. The report is JSON, or signed by the installation: a JWS of that JSON (JAdES), XML (ETSI TS 119 102-2, XAdES) or a PDF, by Accept. Nothing is kept.',
    access: toEverybody,
    query,
    streamedBody: true,
    reply: validationReply,
    run: answerApi,
  }),
  route({
    method: 'POST',
    url: '/api/v1/validations/content',
    summary: 'Takes the content out of a signature that holds it (.p7m), once the signature fits it. Whether the signer may be believed is what /api/v1/validations says. Nothing is kept.',
    access: toEverybody,
    streamedBody: true,
    run: answerContent,
  }),
  route({
    method: 'POST',
    url: '/kiem-tra/bao-cao',
    summary: 'The report of a page as a file: PDF or XML after ETSI TS 119 102-2, both signed by the installation, or JSON. The page sends the report along; nothing is kept.',
    access: toEverybody,
    query,
    streamedBody: true,
    run: (http, { query: { lang } }) => {
      const language = lang ?? http.language;
      return answerProblem(http.kernel, language, () =>
        withinLimits(http.kernel, http.ip, async () => {
          const form = new URLSearchParams((await readBody(http.request.raw, TICKET_LIMIT_BYTES + 1024)).toString('latin1'));
          const format = reportFormats.find((each) => each === form.get('format')) ?? 'pdf';
          return downloadReply(http.kernel, openReport(http.kernel, form.get('report') ?? ''), { format, language });
        }),
      );
    },
  }),
];

/** What a file is, its content says; these are the names under which integrators send it. */
const taken = new Set([
  'application/pdf',
  'application/xml',
  'text/xml',
  'application/vnd.etsi.asic-e+zip',
  'application/vnd.etsi.asic-s+zip',
  'application/pkcs7-signature',
  'application/pkcs7-mime',
  'application/jose',
  'application/octet-stream',
]);

type Posted = { fileName: string; bytes: Buffer; beside: FormFile[] };

async function answerApi(http: RouteContext, { query: { lang } }: { query: z.output<typeof query> }): Promise<SpecialReply> {
  const { kernel, ip, request } = http;
  const format = wantedFormat(request.headers.accept);
  const mediaType = takenType(request);
  return withinLimits(kernel, ip, async () => {
    const { fileName, bytes, beside } = await readPosted(http, mediaType);
    const report = await validateBytes(kernel, bytes, beside);
    refuseUnreadable(report);
    return reportDocument(kernel, { report, fileName }, { format, language: lang ?? http.language });
  });
}

async function answerContent(http: RouteContext): Promise<SpecialReply> {
  const { kernel, ip, request } = http;
  const mediaType = takenType(request);
  return withinLimits(kernel, ip, async () => {
    const { fileName, bytes } = await readPosted(http, mediaType);
    const { report, enclosed } = await validateOpening(kernel, bytes);
    refuseUnreadable(report);
    if (enclosed === undefined) throw report.files?.some((file) => file.mediaType !== undefined) === true ? verificationErrors.contentBroken() : verificationErrors.noContentInside();
    // Whatever the signer calls it, a browser saves it and opens nothing.
    return { special: 'bytes', body: enclosed, contentType: 'application/octet-stream', fileName: contentName(fileName) };
  });
}

/** @throws verification.wrongMediaType */
function takenType({ headers }: RouteContext['request']): string {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType !== 'multipart/form-data' && !taken.has(mediaType)) throw verificationErrors.wrongMediaType();
  return mediaType;
}

function refuseUnreadable({ indication, problem }: StoredReport): void {
  if (indication !== 'UNREADABLE') return;
  const { text, todo } = problem ?? {};
  throw verificationErrors.unreadable({ values: { reason: text?.vi ?? '', reasonEn: text?.en ?? '', todo: todo?.vi ?? '', todoEn: todo?.en ?? '' }, data: problem });
}

async function readPosted(http: RouteContext, mediaType: string): Promise<Posted> {
  const { kernel, request } = http;
  if (mediaType !== 'multipart/form-data') return { fileName: '', bytes: await readBody(request.raw, kernel.config.uploadLimitBytes), beside: [] };
  const { file, beside } = await readSignedForm(http);
  return { fileName: file.name, bytes: file.bytes, beside };
}

/** The first form that the caller names with the highest weight (RFC 9110 section 12.5.1); JSON for callers that take anything. @throws verification.notAcceptable */
function wantedFormat(accept: string | undefined): ReportFormat {
  const wishes = (accept ?? '*/*').split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    const format = reportFormats.find((each) => type === mediaTypes[each] || (each === 'xml' && type === 'text/xml'));
    return { format: format ?? (type === '*/*' || type === 'application/*' ? ('json' as const) : undefined), weight };
  });
  const [best] = wishes.filter(({ format, weight }) => format !== undefined && weight > 0).sort((a, b) => b.weight - a.weight);
  if (best?.format === undefined) throw verificationErrors.notAcceptable();
  return best.format;
}
