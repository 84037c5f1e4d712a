import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const megabytes = 1024 * 1024;

/** Time servers as host, host:port or [IPv6]:port with commas between; undefined for anything else. */
function readPeers(text: string): { name: string; host: string; port: number }[] | undefined {
  const peers = text.split(',').map((part) => {
    const name = part.trim();
    const [, six, four, port] = /^(?:\[([0-9a-f:]+)\]|([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?))(?::(\d{1,5}))?$/i.exec(name) ?? [];
    return { name, host: six ?? four ?? '', port: Number(port ?? NTP_PORT) };
  });
  return peers.every(({ host, port }) => host !== '' && port > 0 && port < 65_536) ? peers : undefined;
}

const NTP_PORT = 123;

/** One environment variable: how it is read, and what to do when it is wrong. */
const variables = {
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    mend: 'postgres://user:password@host:5432/database (PostgreSQL ≥ 15), or leave it out to use the embedded server',
  },
  DATABASE_DIRECT_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    mend: 'the address that bypasses a transaction-mode pooler, used to listen for wake-up hints; leave it out when there is no pooler',
  },
  DATABASE_PREPARE: { schema: z.enum(['true', 'false']).default('true'), mend: 'true, or false behind a pooler that cannot carry prepared statements (pgbouncer before 1.21)' },
  DATABASE_POOL: { schema: z.coerce.number().int().min(2).max(200).default(10), mend: 'the number of connections of one process, 2 to 200' },
  DATA_DIR: { schema: z.string().min(1).default('./data'), mend: 'a folder that this user may write' },
  PORT: { schema: z.coerce.number().int().min(0).max(65_535).default(8080), mend: 'a port from 1 to 65535 (0 takes a free one)' },
  HOST: { schema: z.string().min(1).default('127.0.0.1'), mend: 'the address to listen on; 0.0.0.0 only behind a proxy that ends TLS' },
  PUBLIC_URL: { schema: z.url({ protocol: /^https?$/ }).optional(), mend: 'the address that people type, such as https://lienthong.thanhhoa.gov.vn' },
  FILES_URL: {
    schema: z.string().min(1).optional(),
    mend: 'a folder, or s3://bucket/prefix?endpoint=https://…&region=… with the AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY variables',
  },
  UPLOAD_LIMIT_MB: { schema: z.coerce.number().int().min(1).max(10_240).default(100), mend: 'the largest file in megabytes, 1 to 10240' },
  APP_SECRET: { schema: z.string().min(32).optional(), mend: 'at least 32 random characters, the same for every process of the installation' },
  LOG_LEVEL: { schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'), mend: 'fatal, error, warn, info, debug, trace or silent' },
  JOB_LEASE_SECONDS: { schema: z.coerce.number().min(1).max(3600).default(30), mend: 'how long a worker may hold a job without a sign of life, 1 to 3600 seconds' },
  TIMESTAMP_URL: { schema: z.url({ protocol: /^https?$/ }).optional(), mend: 'the address of an RFC 3161 time-stamping authority, or leave it out to use the built-in one' },
  SIGNING_SERVICES: { schema: z.string().optional(), mend: 'a JSON file that names tokens, HSMs and remote signing services, as docs/signatures.md shows' },
  REVOCATION_HOSTS: {
    schema: z.string().optional(),
    mend: 'hosts that may be asked about certificates beside the built-in list, as host or host:port, internal:host:port for one in the own network; none asks nobody',
  },
  NTP_PEERS: {
    schema: z.string().transform(readPeers).refine((peers) => peers !== undefined, 'not a list of hosts').optional(),
    mend: 'servers that tell the time, as host or host:port with commas between, three or more; leave it out to compare with the database’s clock alone',
  },
  SMTP_URL: { schema: z.url({ protocol: /^smtps?$/ }).optional(), mend: 'smtp://user:password@host:587 or smtps://user:password@host:465, or leave it out to send no e-mail' },
  MAIL_FROM: { schema: z.string().regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/).max(300).optional(), mend: 'the sender of e-mails, such as Liên Thông <lienthong@thanhhoa.gov.vn>' },
  TRUST_ANCHORS: { schema: z.string().optional(), mend: 'a folder with trusted root certificates as .pem or .crt files' },
} as const;

type Variables = typeof variables;
type Raw = { [Name in keyof Variables]: z.infer<Variables[Name]['schema']> };

export type Config = {
  databaseUrl: string | undefined;
  databaseDirectUrl: string | undefined;
  prepareStatements: boolean;
  poolSize: number;
  dataDir: string;
  port: number;
  host: string;
  publicUrl: string | undefined;
  filesUrl: string;
  uploadLimitBytes: number;
  appSecret: string;
  logLevel: Raw['LOG_LEVEL'];
  jobLeaseMs: number;
  timestampUrl: string | undefined;
  trustAnchorsDir: string | undefined;
  revocationHosts: string | undefined;
  /** Servers that tell the time (SNTP), against which the clocks are checked. */
  ntpPeers: readonly { name: string; host: string; port: number }[];
  /** The mail server and the sender of e-mails; without both no e-mail is offered. */
  smtpUrl: string | undefined;
  mailFrom: string | undefined;
  /** A JSON file that names tokens, HSMs and remote signing services. */
  signingServicesFile: string | undefined;
};

/** Thrown when the environment cannot be used; the message names each variable and its mend in both languages. */
export class ConfigError extends Error {
  constructor(problems: { name: string; problem: string; mend: string }[]) {
    super(
      problems
        .map(({ name, problem, mend }) => `Biến môi trường ${name} chưa đúng (${problem}). Cách sửa / how to mend: ${mend}`)
        .join('\n'),
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks the environment.
 * @throws ConfigError naming every wrong variable at once.
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const problems: { name: string; problem: string; mend: string }[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const given = environment[name];
    const result = variable.schema.safeParse(given === '' ? undefined : given);
    if (result.success) values[name] = result.data;
    else problems.push({ name, problem: result.error.issues.map((issue) => issue.message).join('; '), mend: variable.mend });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  // safe because every variable was parsed by its own schema
  const raw = values as Raw;
  const dataDir = resolve(raw.DATA_DIR);
  return {
    databaseUrl: raw.DATABASE_URL,
    databaseDirectUrl: raw.DATABASE_DIRECT_URL ?? raw.DATABASE_URL,
    prepareStatements: raw.DATABASE_PREPARE === 'true',
    poolSize: raw.DATABASE_POOL,
    dataDir,
    port: raw.PORT,
    host: raw.HOST,
    publicUrl: raw.PUBLIC_URL,
    filesUrl: raw.FILES_URL ?? join(dataDir, 'files'),
    uploadLimitBytes: raw.UPLOAD_LIMIT_MB * megabytes,
    appSecret: raw.APP_SECRET ?? keptSecret(dataDir),
    logLevel: raw.LOG_LEVEL,
    jobLeaseMs: raw.JOB_LEASE_SECONDS * 1000,
    timestampUrl: raw.TIMESTAMP_URL,
    trustAnchorsDir: raw.TRUST_ANCHORS,
    revocationHosts: raw.REVOCATION_HOSTS,
    ntpPeers: raw.NTP_PEERS ?? [],
    smtpUrl: raw.SMTP_URL,
    mailFrom: raw.MAIL_FROM,
    signingServicesFile: raw.SIGNING_SERVICES,
  };
}

/** The installation's secret, made at the first start and readable by its owner only. */
function keptSecret(dataDir: string): string {
  const folder = join(dataDir, 'secrets');
  const file = join(folder, 'app-secret');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  try {
    writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Two processes started at once: the one that came first decides.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return readFileSync(file, 'utf8').trim();
    throw error;
  }
  chmodSync(file, 0o600);
  return secret;
}
