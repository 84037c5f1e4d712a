import assert from 'node:assert/strict';
import { somebody } from '#kernel/testkit.ts';
import type { Actor } from '#kernel/actor.ts';
import { connect, type Connected, type Talking } from '#engines/exchange/partners/testing.ts';
import { compareRegisters, type Comparison, type Side } from '#engines/exchange/testing/registers.ts';
import { openOffice, type Office } from './office.ts';
import { numberProblems } from './register-numbers.ts';
import { NGHE_AN } from './second-province.ts';

/** Two provinces with the whole product each, on databases and ports of their own, connected and with each other's directory. */
export type TwoOffices = {
  thanhHoa: Office;
  ngheAn: Office;
  partners: Connected;
  /** Lets both work until nothing is due: what one sends, the other takes and answers. */
  settle(): Promise<void>;
  /** The same, letting minutes pass until no parcel waits and nothing has to be tried again: lines rest after a pause of the network. */
  catchUp(): Promise<void>;
  /** Compares everything that both say about what went between them, and fails when a row differs. */
  assertSame(): Promise<Comparison>;
  close(): Promise<void>;
};

export async function openTwoOffices(): Promise<TwoOffices> {
  const [thanhHoa, ngheAn] = [await openOffice(), await openOffice(NGHE_AN)];
  for (const office of [thanhHoa, ngheAn]) await office.listen();
  const partners = await connect(administratorOf(thanhHoa), administratorOf(ngheAn), { names: ['Tỉnh Nghệ An', 'Tỉnh Thanh Hóa'] });
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 5; round += 1) for (const { house } of [thanhHoa, ngheAn]) await house.drain();
  };
  await settle();
  return {
    thanhHoa,
    ngheAn,
    partners,
    settle,
    async catchUp() {
      for (let minutes = 0; minutes < 60; minutes += 1) {
        for (const { house } of [thanhHoa, ngheAn]) house.clock.advance(60_000);
        await settle();
        if ((await underWay(thanhHoa)) + (await underWay(ngheAn)) === 0) return;
      }
    },
    async assertSame() {
      // What a test has looked at since is on its way to the sender.
      await settle();
      const found = await compareRegisters(sideOf(thanhHoa, partners.atInviter), sideOf(ngheAn, partners.atGuest));
      assert.deepEqual({ lost: found.lost, doubled: found.doubled, differing: found.differing }, { lost: [], doubled: [], differing: [] });
      for (const { house } of [thanhHoa, ngheAn]) assert.deepEqual(await numberProblems((text) => house.sql(text)), []);
      return found;
    },
    async close() {
      for (const office of [thanhHoa, ngheAn]) await office.close();
    },
  };
}

/** The province's administrator at the routes. */
export function administratorOf({ house }: Office): Talking {
  const admin = somebody({ name: 'Trần Quốc Bảo', roles: ['province_admin'], postTitle: 'Quản trị viên tỉnh' });
  let actor: Actor = admin;
  const server = house.server(() => Promise.resolve(actor));
  return {
    house,
    async call<Body>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, options: { body?: object; as?: Actor } = {}) {
      actor = options.as ?? admin;
      const reply = await server.inject({ method, url, ...(options.body === undefined ? {} : { payload: options.body }) });
      // safe because the reply was checked against the route's schema
      return { status: reply.statusCode, body: (reply.body === '' ? {} : reply.json()) as Body };
    },
  };
}

async function underWay({ house }: Office): Promise<number> {
  const [row] = await house.sql<{ n: number }>(
    `select ((select count(*) from exchange.transfer where state in ('waiting', 'sent')) + (select count(*) from exchange.inbound where state in ('waiting', 'incomplete'))
            + (select count(*) from kernel.job where last_error is not null and failed_at is null))::int as n`,
  );
  return row?.n ?? 0;
}

const sideOf = ({ house }: Office, partnerId: string): Side => ({ kernel: house.kernel, sql: (text, values) => house.sql(text, values), partnerId });
