import pg from 'pg';
import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { subscribe } from '#kernel/events.ts';
import { openTestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { identityModule } from '#engines/identity/index.ts';
import { signaturesModule } from '#engines/signatures/index.ts';
import { casesModule, openTasks } from '#engines/cases/index.ts';
import { exchangeModule } from '../index.ts';
import { messageArrived } from '../contract.ts';
import { aClerk, aDocument, aMainFile, anAgency } from '../testing.ts';
import { sendEnvelope } from '../index.ts';

const subscriber = { name: 'inbox', subscriptions: [subscribe({ event: 'exchange.message-arrived', name: 'task', data: messageArrived, batchSize: Number(process.env.SUBBATCH ?? 1000), handle: async (ctx, events) => {
  await openTasks(ctx, events.map((e) => ({ agencyId: e.agencyId, subject: { type: 'incoming-document', id: e.data.messageId }, kind: 'incoming-documents.register', assignee: { role: 'clerk' }, title: e.data.document.summary, dueAt: null, urgency: e.data.document.urgency, href: '/app/x' })));
} })] };
const N = Number(process.env.N ?? 577);
let mods = [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, exchangeModule, subscriber];
if (process.env.FULL) {
  const { registersModule } = await import('#engines/registers/index.ts');
  const { incomingDocumentsModule } = await import('#capabilities/incoming-documents/index.ts');
  mods = [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, exchangeModule, registersModule, incomingDocumentsModule] as never;
}
const house = await openTestHouse({ modules: mods });
const { kernel } = house;
const a = await anAgency(kernel, 'Sở Nội vụ');
const to = [];
for (let i = 0; i < N; i += 1) to.push(await anAgency(kernel, `UBND xã số ${i}`));
await house.sql('analyze');
const file = await aMainFile(kernel, 'x'.repeat(200_000));
// statement log
const trace: [number, string, number][] = [];
const stats = new Map<string, { n: number; ms: number }>();
const orig = pg.Client.prototype.query;
if (process.env.STATS) (pg.Client.prototype as any).query = function (...args: any[]) {
  const text = (typeof args[0] === 'string' ? args[0] : args[0]?.text ?? '?').trim().replace(/\s+/g, ' ').slice(0, 110);
  const t = performance.now();
  if (process.env.TRACE) trace.push([t, text.slice(0, 60), this.processID]);
  const r = (orig as any).apply(this, args);
  if (r && typeof r.then === 'function') { const done = () => { if (process.env.TRACE) trace.push([performance.now(), '  <- ' + text.slice(0, 50), this.processID]); const s = stats.get(text) ?? { n: 0, ms: 0 }; s.n += 1; s.ms += performance.now() - t; stats.set(text, s); }; r.then(done, done); }
  return r;
};
const tables = (await house.sql<{ t: string }>(`select n.nspname || '.' || c.relname as t from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname in ('exchange','audit','cases','files','kernel','incoming_documents') and c.relname not in ('blob','node','tree_head','signing_key','migration','schedule','receipt_key','pending','sealed')`)).map((r) => r.t);
const times: number[] = [], limits: number[] = [];
for (let round = 0; round < Number(process.env.ROUNDS ?? 7); round += 1) {
  const before: Record<string, string> = {};
  await house.sql('checkpoint');
  const [{ x }] = await house.sql<{ x: string }>('select txid_current()::text as x') as any;
  stats.clear(); trace.length = 0;
  const cpu0 = process.cpuUsage();
  const t0 = performance.now();
  await run(kernel, sendEnvelope, { agencyId: a, subject: { type: 'outgoing-document', id: String(round) }, recipients: to, document: aDocument(), files: [file] }, { actor: aClerk(a) });
  const tSend = performance.now() - t0;
  let tArrived = 0;
  await house.drain();
  const total = performance.now() - t0;
  const cpu = process.cpuUsage(cpu0);
  if (process.env.TRACE && round === 4) for (const [t, x2, id] of trace) if (!x2.includes('select (select')) console.log((t - t0).toFixed(1).padStart(7), id, x2);
  // baseline: same final rows in one transaction
  const c = new pg.Client({ connectionString: house.ownerUrl }); await c.connect();
  let rows = 0; const parts: string[] = [];
  for (const t of tables) {
    const cols = (await c.query(`select string_agg(quote_ident(attname), ',') as c from pg_attribute where attrelid = '${t}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`)).rows[0].c;
    const snap = 'snap_' + t.replace('.', '_');
    await c.query(`create temp table ${snap} as select ${cols} from ${t} where xmin::text::bigint > ${x}`);
    const n = Number((await c.query(`select count(*) as n from ${snap}`)).rows[0].n);
    if (n > 0) { parts.push(`${t}:${n}`); rows += n; before[t] = `insert into ${t} (${cols}) select * from ${snap}`; }
  }
  await c.query('set session_replication_role = replica');
  for (const t of Object.keys(before)) await c.query(`delete from ${t} where xmin::text::bigint > ${x}`);
  await c.query('set session_replication_role = origin');
  await c.query('checkpoint');
  const order = Object.keys(before).sort((p, q) => rank(p) - rank(q));
  const b0 = performance.now();
  await c.query('begin'); for (const t of order) await c.query(before[t]!); await c.query('commit');
  const base = performance.now() - b0;
  await c.end();
  times.push(total); limits.push(base);
  console.log(`round ${round}: send ${tSend.toFixed(0)} ms, arrived ${tArrived.toFixed(0)}, total ${total.toFixed(0)} ms, cpu ${((cpu.user + cpu.system) / 1000).toFixed(0)} ms; baseline ${base.toFixed(0)} ms (${rows} rows) ratio ${(total / base).toFixed(2)}`);
  if (round === 0) console.log(parts.join(' '));
}
function rank(t: string): number { const i = ['exchange.envelope', 'exchange.delivery', 'exchange.message', 'files.file'].indexOf(t); return i < 0 ? 99 : i; }
const med = (v: number[]) => [...v].sort((p, q) => p - q)[Math.floor(v.length / 2)]!;
console.log('median', med(times).toFixed(0), 'baseline', med(limits).toFixed(0), 'ratio', (med(times) / med(limits)).toFixed(2));
if (process.env.STATS) for (const [t, s] of [...stats].sort((p, q) => q[1].ms - p[1].ms).slice(0, 25)) console.log(s.ms.toFixed(1), s.n, t);
await house.close();
