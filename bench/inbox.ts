/**
 * The inbox page (50 rows, filters) over HTTP, from a web process as `start --services=web` runs it, against the rate at which the same prepared
 * statements run bare over as many connections in the same run; at 1,000,000 documents in the database and at 10,000. Agencies differ in size as
 * those of a province do. The load comes from a process of its own over kept connections, signed in as the clerks of the agencies.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Id } from '#kernel/ids.ts';
import { incomingQuery } from '#capabilities/incoming-documents/contract.ts';
import { inboxStatement } from '#capabilities/incoming-documents/queries/list-inbox.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { seedDocuments } from '#seeds/documents.ts';
import { seedTraVinh } from '#seeds/tra-vinh.ts';
import { bareClient, measureBare, type Bare } from './house/bare-rate.ts';
import { freePort } from './house/free-port.ts';
import { openServer, type DatabaseServer, type House } from './house/house.ts';
import { measureHttp, type HttpRate } from './house/http-load.ts';
import { median, report, type Result } from './house/report.ts';

const cases = [
  { name: '10k', documents: 10_000 },
  { name: '1m', documents: 1_000_000 },
] as const;
const connections = 16;
const rounds = 5;
const roundSeconds = 6;
const warmUpSeconds = 3;
/** Places in the order of size, the largest of which receives 3 % of all documents: those with two full pages at 10,000 documents too, and the hardest at a million. */
const agencyPlaces = [1, 2, 4];

/** All requests with the statements behind them, and those among them whose pages have the same number of rows whatever the size of the database. */
type Load = { requests: string[]; statements: Bare[]; comparable: string[] };
type Workload = { name: string; house: House; port: number; load: Load; stop: () => Promise<void> };
type Round = { bare: number; http: HttpRate; comparable: HttpRate };

/** Prints the cases as a table and as JSON lines. */
export async function run(): Promise<void> {
  const server = await openServer();
  const workloads: Workload[] = [];
  try {
    for (const each of cases) workloads.push(await prepare(server, each));
    const measured = new Map(workloads.map((workload) => [workload.name, [] as Round[]]));
    for (const workload of workloads) await round(workload, warmUpSeconds);
    for (let i = 0; i < rounds; i += 1) for (const workload of workloads) measured.get(workload.name)?.push(await round(workload, roundSeconds));
    print(measured, server.version);
  } finally {
    for (const workload of workloads) await workload.stop();
    await server.close();
  }
}

async function round({ house, port, load }: Workload, seconds: number): Promise<Round> {
  const bare = await measureBare({ url: house.ownerUrl, connections, seconds, statements: load.statements });
  const http = await measureHttp({ port, connections, seconds, requests: load.requests });
  const comparable = await measureHttp({ port, connections, seconds, requests: load.comparable });
  return { bare, http, comparable };
}

async function prepare(server: DatabaseServer, { name, documents }: (typeof cases)[number]): Promise<Workload> {
  const house = await server.open(`inbox_${name}`);
  const began = performance.now();
  await seedTraVinh(house.kernel, { seed: 1 });
  await withoutIndexes(house, () => seedDocuments({ ownerUrl: house.ownerUrl, count: documents, seed: 1 }));
  await house.sql('vacuum analyze incoming_documents.document');
  console.log(`${documents} incoming documents written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const port = await freePort();
  const web = startWebProcess(house, port);
  const stop = async (): Promise<void> => {
    if (web.exitCode !== null) return;
    const ended = new Promise((resolve) => web.once('exit', resolve));
    web.kill('SIGTERM');
    await ended;
  };
  try {
    await untilReady(web, port);
    return { name, house, port, stop, load: await describeLoad(house, port) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Indexes are made faster after the rows than with them. The key stays, and the rows are those of the seeds either way. */
async function withoutIndexes({ sql }: House, fill: () => Promise<void>): Promise<void> {
  const indexes = await sql<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
      where i.indrelid = 'incoming_documents.document'::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
  );
  for (const index of indexes) await sql(`drop index ${index.name}`);
  await fill();
  await sql(`set maintenance_work_mem = '512MB'`);
  for (const index of indexes) await sql(index.definition);
}

function startWebProcess(house: House, port: number): ChildProcess {
  const root = join(import.meta.dirname, '..');
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/app/main.ts'), 'start', '--services=web', '--no-seed'], {
    cwd: root,
    env: { ...process.env, ...house.environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function untilReady(web: ChildProcess, port: number): Promise<void> {
  for (const until = performance.now() + 120_000; performance.now() < until; ) {
    if (web.exitCode !== null) throw new Error(`the web process ended with ${web.exitCode}`);
    const reply = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply?.ok === true) return;
    await sleep(200);
  }
  throw new Error('the web process is not ready');
}

/** Each agency with each filter, once as the request of its clerk and once as the statement behind it. Both give the same page. */
async function describeLoad(house: House, port: number): Promise<Load> {
  const load: Load = { requests: [], statements: [], comparable: [] };
  for (const clerk of await clerksOf(house)) {
    const cookie = await signIn(port, clerk.login);
    for (const { filter, isComparable } of filtersFor(await firstPage(port, cookie))) {
      const path = `/api/v1/incoming-documents?${new URLSearchParams(filter).toString()}`;
      const { statement, values } = inboxStatement(clerk.agency_id, incomingQuery.parse(filter));
      const [row] = await house.sql<{ page: string }>(statement.text, values);
      const page = await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })).text();
      if (page !== row?.page || !page.includes('"senderName"')) throw new Error(`${path} gives another page than its statement, or an empty one: ${page.slice(0, 200)}`);
      const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\naccept: application/json\r\n\r\n`;
      load.requests.push(request);
      load.statements.push({ text: statement.text, values });
      if (isComparable) load.comparable.push(request);
    }
  }
  return load;
}

type Page = { rows: { number: string; notation: string }[]; next: string | null };
type Filter = { filter: Record<string, string>; isComparable: boolean };

/** The inbox itself, its second page, and every filter of the screen, each as often as the others. */
function filtersFor({ rows, next }: Page): Filter[] {
  const last = rows.at(-1);
  if (last === undefined || next === null) throw new Error('the agency has less than a page');
  const sameRows: Record<string, string>[] = [
    {},
    { after: next },
    { state: 'registered' },
    { urgency: 'normal' },
    { type: 'cong-van' },
    { text: 'công văn' },
    { text: `${last.number}/${last.notation}` },
  ];
  const fewerRows: Record<string, string>[] = [{ state: 'arrived' }, { urgency: 'urgent' }, { text: 'báo cáo' }, { text: 'kế hoạch chuyển đổi số' }];
  return [...sameRows.map((filter) => ({ filter, isComparable: true })), ...fewerRows.map((filter) => ({ filter, isComparable: false }))];
}

async function clerksOf({ sql }: House): Promise<{ agency_id: Id<'agency'>; login: string }[]> {
  const clerks = await sql<{ agency_id: Id<'agency'>; login: string }>(
    `select p.agency_id, min(a.login) as login from identity.account a join identity.post p on p.person_id = a.person_id
       join (select id, row_number() over (order by id) as place from identity.agency) as by_size on by_size.id = p.agency_id and by_size.place = any($1)
      where 'clerk' = any(p.roles) group by p.agency_id order by p.agency_id`,
    [agencyPlaces],
  );
  if (clerks.length !== agencyPlaces.length) throw new Error(`${clerks.length} clerks were found`);
  return clerks;
}

async function signIn(port: number, login: string): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: DEMO_PASSWORD }),
  });
  const cookies = reply.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  if (!reply.ok || cookies.length === 0) throw new Error(`${login} could not sign in: ${await reply.text()}`);
  return cookies.join('; ');
}

async function firstPage(port: number, cookie: string): Promise<Page> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/incoming-documents`, { headers: { cookie } });
  // safe because the contract of the address says so
  return (await reply.json()) as Page;
}

function print(measured: ReadonlyMap<string, readonly Round[]>, databaseVersion: string): void {
  console.log(`One page of 50 rows over HTTP, ${connections} connections, PostgreSQL ${databaseVersion}; the same statements bare by ${bareClient} are the limit`);
  const results: Result[] = [];
  for (const [name, all] of measured) {
    const figures = all.map(({ bare, http, comparable }) => `${bare.toFixed(0)} ${http.perSecond.toFixed(0)} ${http.p95Ms.toFixed(1)} ${comparable.p95Ms.toFixed(1)}`);
    console.log(`rounds ${name} (bare/s, http/s, p95 ms, p95 ms of pages with equal rows): ${figures.join(' | ')}`);
    results.push({
      bench: 'inbox',
      case: name,
      value: median(all.map(({ http }) => http.perSecond)),
      unit: 'requests/s',
      limit: median(all.map(({ bare }) => bare)),
      ratio: median(all.map(({ bare, http }) => http.perSecond / bare)),
      demand: 'at least 0.30',
    });
  }
  const [small, large] = [...measured.values()].map((all) => all.map(({ comparable }) => comparable.p95Ms));
  if (small === undefined || large === undefined) throw new Error('both cases are needed');
  const ratio = median(large.map((p95, index) => p95 / (small[index] ?? p95)));
  results.push({ bench: 'inbox', case: '1m-p95', value: median(large), unit: 'ms', limit: median(small), ratio, demand: 'at most 1.3' });
  report('inbox', results);
}
