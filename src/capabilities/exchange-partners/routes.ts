import { z } from 'zod';
import { kernelErrors } from '#kernel/errors.ts';
import { anyone, htmlPage, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { conformanceOf } from '#engines/exchange/index.ts';
import { askPage, checklistPage } from './portal/pages.ts';
import { PATH, stylesheet } from './portal/stylesheet.ts';

const toVendors = anyone('whoever makes another system opens its checklist with the key of that system');
const query = z.object({ lang: z.enum(['vi', 'en']).optional().catch(undefined) });
const MOST_BYTES = 10_000;

/** The page on which a vendor sees what its system has done in the sandbox and what is missing. */
export const conformanceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: PATH,
    summary: 'The public page that asks a vendor for the id and the key of its system.',
    access: toVendors,
    query,
    run: (http, { query: { lang } }) => Promise.resolve(htmlPage(askPage(lang ?? http.language, undefined))),
  }),
  route({
    method: 'POST',
    url: PATH,
    summary: 'The checklist of a vendor’s system, for whoever has its key.',
    access: toVendors,
    query,
    streamedBody: true,
    run: (http, { query: { lang } }) => answerForm(http, lang ?? http.language),
  }),
  route({
    method: 'GET',
    url: `${PATH}/kieu/:name`,
    summary: 'The style sheet of these pages.',
    access: toVendors,
    params: z.object({ name: z.string().max(100) }),
    run: (_http, { params: { name } }) => {
      if (name !== stylesheet.name) throw kernelErrors.notFound();
      return Promise.resolve({ special: 'bytes', body: Buffer.from(stylesheet.css), contentType: 'text/css; charset=utf-8', immutable: true });
    },
  }),
];

async function answerForm(http: RouteContext, language: 'vi' | 'en'): Promise<SpecialReply> {
  const form = new URLSearchParams(await readForm(http));
  const systemId = (form.get('systemId') ?? '').trim();
  const secret = (form.get('secret') ?? '').trim();
  const conformance = await conformanceOf(http.kernel, { systemId, secret });
  if (conformance === undefined) return htmlPage(askPage(language, { systemId }), 401);
  return htmlPage(checklistPage(language, { conformance, secret, address: addressOf(http) }));
}

async function readForm(http: RouteContext): Promise<string> {
  let text = '';
  for await (const piece of http.request.raw) {
    text += String(piece);
    if (text.length > MOST_BYTES) throw kernelErrors.invalidInput();
  }
  return text;
}

function addressOf(http: RouteContext): string {
  return http.kernel.config.publicUrl ?? `${http.request.protocol}://${http.request.host}`;
}
