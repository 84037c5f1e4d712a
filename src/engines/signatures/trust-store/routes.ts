import { kernelErrors } from '#kernel/errors.ts';
import { holders, route, type Route } from '#kernel/route.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { useOlderList } from '../commands/use-older-list.ts';
import { addTrustFile, endTrust } from '../commands/trust-anchors.ts';
import { getOlderIssue, getTrust, listLoadedLists, listTrust, lookIntoTrustFile } from '../queries/trust-store.ts';
import { addTrustBody, addTrustReply, endTrustBody, endTrustParams, loadedLists, trustFileBody, trustFileReply, trustPage, trustParams, trustQuery, trustRow, useOlderBody } from './contract.ts';
import { readFolderAnew } from '../trust.ts';

const base = '/api/v1/signatures/trust-store';
const keepers = holders('province_admin');

/** What the installation trusts, for the administrator of the province alone. */
export const trustStoreRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: base,
    summary: 'All root certificates that the installation trusts, trusted or will trust, with their periods and where they come from.',
    access: keepers,
    query: trustQuery,
    reply: trustPage,
    run: ({ kernel }, { query }) => listTrust(kernel, query),
  }),
  route({
    method: 'GET',
    url: `${base}/lists`,
    summary: 'The trusted lists (ETSI TS 119 612) that were read from TRUST_ANCHORS, and those that are not used, with the reason.',
    access: keepers,
    reply: loadedLists,
    run: ({ kernel }) => listLoadedLists(kernel),
  }),
  route({
    method: 'POST',
    url: `${base}/lists/use-older`,
    summary: 'Uses an older issue of a trusted list in place of the newer one that was read before, for a reason that is recorded.',
    access: keepers,
    body: useOlderBody,
    reply: loadedLists,
    run: async (http, { body: { reason, ...shown } }) => {
      await http.run(useOlderList, { ...(await getOlderIssue(http.kernel, shown)), reason });
      readFolderAnew(http.kernel);
      return listLoadedLists(http.kernel);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/:id`,
    summary: 'One trusted certificate in one period.',
    access: keepers,
    params: trustParams,
    reply: trustRow,
    run: ({ kernel }, { params }) => getTrust(kernel, params.id),
  }),
  route({
    method: 'POST',
    url: `${base}/look-into`,
    summary: 'What a certificate file would make trusted, to compare its fingerprints before; nothing is kept.',
    access: keepers,
    body: trustFileBody,
    reply: trustFileReply,
    run: ({ kernel }, { body }) => lookIntoTrustFile(kernel, Buffer.from(body.content, 'base64')),
  }),
  route({
    method: 'POST',
    url: base,
    summary: 'Trusts the authorities of a file, one certificate or a PEM bundle, for a period and on a legal basis.',
    access: keepers,
    body: addTrustBody,
    reply: addTrustReply,
    run: (http, { body: { content, legalBasis, validFrom, validTo } }) =>
      http.run(addTrustFile, { file: Buffer.from(content, 'base64'), legalBasis, validFrom: dayOf(validFrom), validTo: validTo === null ? null : dayOf(validTo) }),
  }),
  route({
    method: 'POST',
    url: `${base}/:fingerprint/end`,
    summary: 'Ends the trust in a certificate from a day on, at once where that is today; what is proven to be older keeps its verdict.',
    access: keepers,
    params: endTrustParams,
    body: endTrustBody,
    run: (http, { params: { fingerprint }, body }) => http.run(endTrust, { fingerprint, endsOn: dayOf(body.endsOn), reason: body.reason }),
  }),
];

function dayOf(text: string): CalendarDay {
  const day = parseCalendarDay(text);
  if (day === undefined) throw kernelErrors.invalidInput();
  return day;
}
