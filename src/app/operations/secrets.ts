import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#kernel/config.ts';
import { operationsErrors } from './errors.ts';
import type { Manifest } from './manifest.ts';

/** A file of DATA_DIR/secrets by its name. */
export type Secrets = Map<string, Buffer>;

/** The installation's secret, under which stored keys are encrypted; it may come from APP_SECRET instead of a file. */
const APP_SECRET = 'app-secret';

/** Every secret of the installation: the files, and the secret in use. */
export async function readSecrets(config: Config): Promise<Secrets> {
  const secrets = await readFolder(secretsFolder(config.dataDir));
  secrets.set(APP_SECRET, Buffer.from(`${config.appSecret}\n`));
  return secrets;
}

export function secretsFolder(dataDir: string): string {
  return join(dataDir, 'secrets');
}

/** The secret in use among those of a backup. */
export function appSecretOf(secrets: Secrets): string {
  return (secrets.get(APP_SECRET) ?? Buffer.alloc(0)).toString().trim();
}

/** Drafts that a killed process left behind begin with a dot and are no secrets. */
async function readFolder(folder: string): Promise<Secrets> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}

/** Writes secrets for their owner only, never over what is there. @returns what the manifest says about them. */
export async function writeSecrets(folder: string, secrets: Secrets): Promise<Manifest['secrets']> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of secrets) await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx', flush: true });
  return [...secrets].map(([name, content]) => ({ name, sha256: hashOf(content) }));
}

/** @throws AppError `operations.backupDamaged` when the folder has not exactly the secrets that the manifest names. */
export async function readBackedUpSecrets(folder: string, expected: Manifest['secrets']): Promise<Secrets> {
  const secrets = await readFolder(folder);
  for (const { name, sha256 } of expected) {
    const content = secrets.get(name);
    if (content === undefined || hashOf(content) !== sha256) throw operationsErrors.backupDamaged({ values: { what: `secrets/${name}` } });
  }
  return new Map(expected.map(({ name }) => [name, secrets.get(name) ?? Buffer.alloc(0)]));
}

/**
 * The secrets that the target lacks.
 * @param environmentSecret APP_SECRET where it is set: it is then the secret in use.
 * @throws AppError `operations.otherSecret` when the target has another one under the same name.
 */
export async function missingSecrets(secrets: Secrets, target: { dataDir: string; environmentSecret: string | undefined }): Promise<Secrets> {
  const folder = secretsFolder(target.dataDir);
  const present = await readFolder(folder);
  if (target.environmentSecret !== undefined && target.environmentSecret !== appSecretOf(secrets)) {
    throw operationsErrors.otherSecret({ values: { name: APP_SECRET, place: 'APP_SECRET' } });
  }
  for (const [name, content] of secrets) {
    const other = present.get(name);
    if (other !== undefined && other.toString().trim() !== content.toString().trim()) throw operationsErrors.otherSecret({ values: { name, place: join(folder, name) } });
  }
  const fromEnvironment = target.environmentSecret !== undefined;
  return new Map([...secrets].filter(([name]) => !present.has(name) && !(fromEnvironment && name === APP_SECRET)));
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
