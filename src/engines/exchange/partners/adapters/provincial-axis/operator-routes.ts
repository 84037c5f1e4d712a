import { z } from 'zod';
import { run, type RunOptions } from '#kernel/command.ts';
import { holders, route, type Route, type RouteContext } from '#kernel/route.ts';
import { parseCalendarDay, vietnamDay, addDays } from '#kernel/time.ts';
import { newPacketSigning } from '../../contract.ts';
import { setSigning } from '../edxml-packets/packet-signing.ts';
import { createdSystem, issuedKey, newSystem, newSystemKey, sandboxMode, systemAgency, systemFetching, systemQuotas, systemView } from './contract.ts';
import { axisErrors } from './errors.ts';
import { issueKey, newKey, revokeKey } from './keys.ts';
import { addSystemAgency, createSystem, getSystem, setFetching, setQuotas, setSandbox } from './systems.ts';

const keepers = holders('province_admin');
const watchers = holders('province_admin', 'auditor');
const params = z.object({ partnerId: z.uuid() });
const url = '/api/v1/exchange/systems';
const FIRST_KEY_DAYS = 365;
const MOST_KEY_DAYS = 731;

/** Without the request's idempotency key: under it the answer would be kept, and with it the secret. */
const asCaller = (http: RouteContext): RunOptions => ({ actor: http.actor, requestId: http.requestId });

async function issue(http: RouteContext, of: { partnerId: string; expiresAt: Date; note: string | null; formerEndAt?: Date | undefined }): Promise<z.input<typeof issuedKey>> {
  const key = newKey();
  const keyId = await run(http.kernel, issueKey, { ...of, key: { hash: key.hash, hint: key.hint } }, asCaller(http));
  return { keyId, secret: key.secret, expiresAt: of.expiresAt.toISOString() };
}

/** The end of a day in Vietnam. */
function endOf(day: string): Date {
  return new Date(`${day}T23:59:59+07:00`);
}

/** How the province's administrator lets the systems of other vendors in. */
export const systemRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url,
    summary: 'Adds the system of another vendor with its agencies, and issues its first key, which is shown in this answer only.',
    access: keepers,
    body: newSystem,
    reply: createdSystem,
    run: async (http, { body }) => {
      const partnerId = await run(http.kernel, createSystem, body, asCaller(http));
      const expiresAt = endOf(addDays(vietnamDay(http.kernel.clock.now()), FIRST_KEY_DAYS));
      return { partnerId, systemId: body.systemId, key: await issue(http, { partnerId, expiresAt, note: null }) };
    },
  }),
  route({
    method: 'GET',
    url: `${url}/:partnerId`,
    summary: 'A vendor’s system: its keys without their secrets, what it has used today, its checklist.',
    access: watchers,
    params,
    reply: systemView,
    run: ({ kernel }, { params: { partnerId } }) => getSystem(kernel, { partnerId }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/keys`,
    summary: 'Issues another key, which is shown in this answer only; the others stay good until they end, at the latest on the day that is given, or are revoked.',
    access: keepers,
    params,
    body: newSystemKey,
    reply: issuedKey,
    run: (http, { params: { partnerId }, body }) => {
      const today = vietnamDay(http.kernel.clock.now());
      const day = parseCalendarDay(body.expiresOn);
      if (day === undefined || day <= today || day > addDays(today, MOST_KEY_DAYS)) {
        throw axisErrors.axisExpiryWrong({ fields: [{ path: 'expiresOn', vi: 'Chọn ngày sau hôm nay, không quá hai năm.', en: 'Choose a day after today, within two years.' }] });
      }
      const former = body.formerEndsOn === undefined ? undefined : parseCalendarDay(body.formerEndsOn);
      if (body.formerEndsOn !== undefined && (former === undefined || former < today || former > day)) {
        throw axisErrors.axisExpiryWrong({ fields: [{ path: 'formerEndsOn', vi: 'Chọn ngày từ hôm nay, không sau ngày hết hạn của khóa mới.', en: 'Choose today or later, not after the new key ends.' }] });
      }
      return issue(http, { partnerId, expiresAt: endOf(day), note: body.note ?? null, formerEndAt: former === undefined ? undefined : endOf(former) });
    },
  }),
  route({
    method: 'DELETE',
    url: `${url}/:partnerId/keys/:keyId`,
    summary: 'Revokes a key at once.',
    access: keepers,
    params: params.extend({ keyId: z.uuid() }),
    run: (http, { params: of }) => http.run(revokeKey, of),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/agencies`,
    summary: 'Gives an agency to a vendor’s system; one that nobody knows is added to the directory.',
    access: keepers,
    params,
    body: systemAgency,
    run: (http, { params: { partnerId }, body }) => http.run(addSystemAgency, { partnerId, agency: body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/quotas`,
    summary: 'Sets how many messages and bytes a day, and requests a minute, a vendor’s system may use.',
    access: keepers,
    params,
    body: systemQuotas,
    run: (http, { params: { partnerId }, body }) => http.run(setQuotas, { partnerId, quotas: body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/fetching`,
    summary: 'Sets every how many minutes a vendor’s system is expected to ask what waits for it; null goes by what was seen.',
    access: keepers,
    params,
    body: systemFetching,
    run: (http, { params: { partnerId }, body }) => http.run(setFetching, { partnerId, ...body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/signing`,
    summary: 'Sets how packets for a vendor’s system are signed, and with which key; without one the key that is there signs on.',
    access: keepers,
    params,
    body: newPacketSigning,
    run: (http, { params: { partnerId }, body }) => http.run(setSigning, { partnerId, protocol: 'provincial_axis', ...body }),
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/sandbox`,
    summary: 'Puts a vendor’s system into sandbox mode, or into real operation.',
    access: keepers,
    params,
    body: sandboxMode,
    run: (http, { params: { partnerId }, body }) => http.run(setSandbox, { partnerId, ...body }),
  }),
];
