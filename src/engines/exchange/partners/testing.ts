/** Installations side by side, each with its own database, clock and port, for tests of what goes between them. */

import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { anonymous, type Actor, type PersonActor } from '#kernel/actor.ts';
import type { Config } from '#kernel/config.ts';
import type { Id } from '#kernel/ids.ts';
import type { Module } from '#kernel/module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { anAgency, exchangeHouse } from '../testing.ts';
import type { PartnerAdapter } from './adapter.ts';

export type Installation = {
  house: TestHouse;
  address: string;
  /** The province's administrator there. */
  admin: PersonActor;
  /** Calls a route as somebody; the administrator unless told. */
  call<Body = Record<string, unknown>>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, more?: { body?: object; as?: Actor }): Promise<{ status: number; body: Body }>;
  /** The pauses of the outbox pass, and everything that is due is done. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** A whole installation that answers on a port of its own. */
export async function openInstallation(more: { modules?: readonly Module[]; config?: Partial<Config> } = {}): Promise<Installation> {
  return serveHouse(await openTestHouse({ modules: more.modules ?? exchangeHouse, ...(more.config === undefined ? {} : { config: more.config }) }));
}

/** The same of a house that is there already. */
export async function serveHouse(house: TestHouse): Promise<Installation> {
  let actor: Actor = anonymous;
  const server = house.server(() => Promise.resolve(actor));
  await server.listen({ port: 0, host: '127.0.0.1' });
  // safe because the server listens on a port
  const address = `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
  Object.assign(house.kernel.config, { publicUrl: address });
  const admin = somebody({ name: 'Trần Quốc Bảo', roles: ['province_admin'], postTitle: 'Quản trị viên tỉnh' });
  return {
    house,
    address,
    admin,
    async call<Body>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, options: { body?: object; as?: Actor } = {}) {
      actor = options.as ?? admin;
      const reply = await server.inject({ method, url, ...(options.body === undefined ? {} : { payload: options.body }) });
      actor = anonymous;
      // safe because the reply was checked against the route's schema
      return { status: reply.statusCode, body: (reply.body === '' ? {} : reply.json()) as Body };
    },
    async pass(ms) {
      house.clock.advance(ms);
      await house.drain();
    },
    close: () => house.close(),
  };
}

/** The modules of the exchange with another adapter in the place of the built-in ones of its protocol. */
export function withAdapter(adapter: PartnerAdapter): readonly Module[] {
  return exchangeHouse.map((module) => {
    const adapters = module.contributions?.['exchange.partner-adapters'];
    return adapters === undefined ? module : { ...module, contributions: { ...module.contributions, 'exchange.partner-adapters': [adapter, ...adapters] } };
  });
}

/** As much of an installation as is needed to connect it and to link agencies. */
export type Talking = Pick<Installation, 'call'> & { house: Pick<TestHouse, 'kernel' | 'sql'> };

export type Connected = { /** The partner as the inviting side has it. */ atInviter: string; /** The same as the accepting side has it. */ atGuest: string };

/** Two administrators connect their installations: invitation, acceptance, confirmation. */
export async function connect(inviter: Talking, guest: Talking, more: { names?: [string, string]; isFetching?: boolean; through?: string; guestAddress?: string } = {}): Promise<Connected> {
  const [guestName, inviterName] = more.names ?? ['Tỉnh bạn', 'Tỉnh mời'];
  const invited = await inviter.call<{ partnerId: string; text: string; fingerprint: string }>('POST', '/api/v1/exchange/invitations', { body: { name: guestName, ...(more.through === undefined ? {} : { address: more.through }) } });
  assert.equal(invited.status, 200, JSON.stringify(invited.body));
  const own = guest.house.kernel.config.publicUrl;
  if (more.guestAddress !== undefined) Object.assign(guest.house.kernel.config, { publicUrl: more.guestAddress });
  const accepted = await guest.call<{ partnerId: string; fingerprint: string }>('POST', '/api/v1/exchange/invitations/accept', {
    body: { text: invited.body.text, fingerprint: invited.body.fingerprint, name: inviterName, isFetching: more.isFetching ?? false },
  });
  Object.assign(guest.house.kernel.config, { publicUrl: own });
  assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
  const confirmed = await inviter.call('POST', `/api/v1/exchange/partners/${invited.body.partnerId}/confirm`, { body: { fingerprint: accepted.body.fingerprint } });
  assert.equal(confirmed.status, 204, JSON.stringify(confirmed.body));
  return { atInviter: invited.body.partnerId, atGuest: accepted.body.partnerId };
}

/** An agency that lives at one installation and is known at another, through the partner there. */
export async function anAgencyAt(home: Talking, name: string, knownAt: readonly { at: Talking; partnerId: string }[]): Promise<{ id: Id<'agency'>; idAt: Id<'agency'>[] }> {
  const id = await anAgency(home.house.kernel, name);
  const idAt: Id<'agency'>[] = [];
  for (const { at, partnerId } of knownAt) {
    const there = await anAgency(at.house.kernel, name, { hosting: 'external' });
    const [row] = await home.house.sql(`select code from identity.agency_code where agency_id = $1 and scheme = 'qd20'`, [id]);
    const linked = await at.call('POST', `/api/v1/exchange/partners/${partnerId}/agencies`, { body: { agencyId: there, remoteId: id, code: String(row?.['code']) } });
    assert.equal(linked.status, 204, JSON.stringify(linked.body));
    idAt.push(there);
  }
  return { id, idAt };
}

/** Lets installations work until none has anything due: what one sends, the others take and answer. */
export async function settle(...installations: Installation[]): Promise<void> {
  for (let round = 0; round < 4; round += 1) for (const each of installations) await each.house.drain();
}
