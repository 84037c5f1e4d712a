import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** How long a leader may be silent before another one takes its place, as the documentation for operators says. */
export const TTL_SECONDS = 20;
const PASSWORD = 'only for a benchmark on this machine';
const NODES = 3;
const READY_MS = 120_000;

type Account = { uid: number; gid: number };
type Node = { name: string; restPort: number; port: number; data: string; config: string; process: ChildProcess };

/** Three PostgreSQL nodes under Patroni with synchronous replication on this machine, and one address that always leads to the leader. */
export type Cluster = {
  url: string;
  version: string;
  /** Kills the leader and its Patroni as a machine dies that loses its power. @returns its name */
  killLeader(): Promise<string>;
  leader(): Promise<string | undefined>;
  /** Starts a killed node again; resolves when it follows the leader. */
  revive(name: string): Promise<void>;
  stop(): Promise<void>;
};

/** What is missing on this machine for such a cluster; empty when it can be started. */
export function missingPrograms(): string[] {
  const missing = ['patroni', 'etcd'].filter((name) => spawnSync(name, ['--version']).error !== undefined);
  return serverFolder() === undefined ? [...missing, 'postgresql (15 or newer)'] : missing;
}

function serverFolder(): string | undefined {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).map(Number).filter((version) => version >= 15) : [];
  return versions.length === 0 ? undefined : join(base, String(Math.max(...versions)), 'bin');
}

/** PostgreSQL does not run as root. */
function accountOfServer(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (found === null) throw new Error('root needs the account “postgres”, which the package postgresql makes');
  return { uid: Number(found[1]), gid: Number(found[2]) };
}

/** Starts etcd, the nodes and the way to the leader. */
export async function startCluster(): Promise<Cluster> {
  const account = accountOfServer();
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-patroni-'));
  own(folder, account);
  chmodSync(folder, 0o711);
  const run = (program: string, args: string[], name: string): ChildProcess => start(program, args, { ...account, cwd: folder, log: join(folder, `${name}.log`) });
  const [etcdPort, etcdPeerPort] = [await freePort(), await freePort()];
  const etcd = run('etcd', etcdArguments(join(folder, 'etcd'), etcdPort, etcdPeerPort), 'etcd');
  const nodes: Node[] = [];
  for (let i = 1; i <= NODES; i += 1) {
    const node = { name: `node${i}`, restPort: await freePort(), port: await freePort(), data: join(folder, `node${i}`), config: join(folder, `node${i}.json`) };
    // YAML reads JSON
    writeFileSync(node.config, JSON.stringify(configOf(node, etcdPort)), { mode: 0o644 });
    nodes.push({ ...node, process: run('patroni', [node.config], node.name) });
    if (i === 1) await until('the first leader', async () => (await leaderOf(nodes)) !== undefined);
  }
  await until('the followers', async () => (await following(nodes)) === NODES - 1 && (await hasSynchronous(nodes)));
  const way = await openWayToLeader(nodes);
  return {
    url: `postgresql://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${way.port}/postgres`,
    version: readFileSync(join(nodes[0]?.data ?? '', 'PG_VERSION'), 'utf8').trim(),
    leader: async () => (await leaderOf(nodes))?.name,
    async killLeader() {
      const leader = await leaderOf(nodes);
      if (leader === undefined) throw new Error('there is no leader');
      kill(leader);
      return leader.name;
    },
    async revive(name) {
      const node = nodes.find((each) => each.name === name);
      if (node === undefined) throw new Error(`there is no ${name}`);
      node.process = run('patroni', [node.config], node.name);
      await until(`${name} to follow`, async () => (await following(nodes)) === NODES - 1);
    },
    async stop() {
      way.close();
      for (const node of nodes) kill(node);
      etcd.kill('SIGKILL');
      await sleep(500);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function own(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

function start(program: string, args: string[], { log, cwd, ...account }: Partial<Account> & { log: string; cwd: string }): ChildProcess {
  mkdirSync(cwd, { recursive: true });
  const child = spawn('/bin/sh', ['-c', 'log=$1; shift; exec "$@" >>"$log" 2>&1', 'sh', log, program, ...args], { cwd, stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: cwd, LANG: 'C.UTF-8' }, ...account });
  child.on('error', () => undefined);
  return child;
}

function etcdArguments(data: string, port: number, peerPort: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const addresses = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
  return ['--name', 'bench', '--data-dir', data, ...addresses, '--initial-cluster', `bench=${peer}`];
}

function configOf(node: Omit<Node, 'process'>, etcdPort: number): unknown {
  const login = (username: string): unknown => ({ username, password: PASSWORD });
  return {
    scope: 'bench',
    name: node.name,
    restapi: { listen: `127.0.0.1:${node.restPort}`, connect_address: `127.0.0.1:${node.restPort}` },
    etcd3: { hosts: [`127.0.0.1:${etcdPort}`] },
    bootstrap: {
      dcs: { ttl: TTL_SECONDS, loop_wait: 3, retry_timeout: 4, synchronous_mode: true, postgresql: { use_pg_rewind: true, parameters: { fsync: 'on', synchronous_commit: 'on', max_connections: 100, wal_level: 'replica' } } },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
    },
    postgresql: {
      listen: `127.0.0.1:${node.port}`,
      connect_address: `127.0.0.1:${node.port}`,
      data_dir: node.data,
      bin_dir: serverFolder(),
      pg_hba: ['host replication all 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 scram-sha-256', 'local all all trust'],
      authentication: { superuser: login('postgres'), replication: login('replicator'), rewind: login('rewinder') },
      parameters: { unix_socket_directories: '', password_encryption: 'scram-sha-256' },
    },
  };
}

async function ask(node: Node, path: string): Promise<Response | undefined> {
  return fetch(`http://127.0.0.1:${node.restPort}${path}`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
}

async function leaderOf(nodes: readonly Node[]): Promise<Node | undefined> {
  const answers = await Promise.all(nodes.map(async (node) => ({ node, isLeader: (await ask(node, '/primary'))?.ok === true })));
  return answers.find(({ isLeader }) => isLeader)?.node;
}

async function following(nodes: readonly Node[]): Promise<number> {
  const answers = await Promise.all(nodes.map((node) => ask(node, '/replica')));
  return answers.filter((answer) => answer?.ok === true).length;
}

async function hasSynchronous(nodes: readonly Node[]): Promise<boolean> {
  const answers = await Promise.all(nodes.map((node) => ask(node, '/sync')));
  return answers.some((answer) => answer?.ok === true);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + READY_MS; performance.now() < end; ) {
    if (await holds()) return;
    await sleep(250);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Patroni first, so that it cannot say farewell; what is left of PostgreSQL ends by itself when its first process is gone. */
function kill(node: Node): void {
  node.process.kill('SIGKILL');
  const file = join(node.data, 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
  if (pid <= 1) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

/** What HAProxy does for a real installation: connections go to the node that answers /primary, and those to a former leader are cut. */
async function openWayToLeader(nodes: readonly Node[]): Promise<{ port: number; close: () => void }> {
  let leader = await leaderOf(nodes);
  const open = new Map<Socket, Node>();
  const timer = setInterval(() => {
    void leaderOf(nodes).then((found) => {
      leader = found;
      for (const [socket, node] of open) if (node !== found) socket.destroy();
    });
  }, 500);
  const server = createServer((socket) => {
    const node = leader;
    if (node === undefined) {
      socket.destroy();
      return;
    }
    const onward = connect(node.port, '127.0.0.1');
    open.set(socket, node);
    const end = (): void => {
      open.delete(socket);
      socket.destroy();
      onward.destroy();
    };
    for (const each of [socket, onward]) each.on('error', end).on('close', end);
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the way to the leader has no port');
  return {
    port: address.port,
    close: () => {
      clearInterval(timer);
      server.close();
      for (const socket of open.keys()) socket.destroy();
    },
  };
}
