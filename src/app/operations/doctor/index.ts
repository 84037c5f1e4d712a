import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, readConfig, type Config } from '#kernel/config.ts';
import { databaseErrorCode } from '#kernel/database.ts';
import { createLog } from '#kernel/log.ts';
import { PostgresError } from '#kernel/postgres/index.ts';
import { openInstallation, type Installation } from '../../installation.ts';
import { checkCertificates } from './certificates.ts';
import { checkClock, checkTimePeers } from './clock.ts';
import { checkContents } from './contents.ts';
import { checkDatabase } from './database.ts';
import { ok, problem, warning, type Finding } from './finding.ts';
import { checkSurroundings, hasSecret } from './surroundings.ts';

export type { Finding } from './finding.ts';

type Environment = Record<string, string | undefined>;

/**
 * Looks at an installation from outside to inside and says of each thing whether it is well. It changes nothing: it makes no
 * secret and no database; it starts the embedded server only where there is one.
 */
export async function examine(environment: Environment, options: { isFull: boolean; tell: (finding: Finding) => void }): Promise<void> {
  const config = configuration(environment, options.tell);
  if (config === undefined) return;
  for (const finding of await checkSurroundings(config)) options.tell(finding);
  if (config.databaseUrl === undefined && !existsSync(join(config.dataDir, 'postgres'))) {
    options.tell(warning({ vi: `Chưa có dữ liệu ở ${config.dataDir}`, en: `There are no data in ${config.dataDir} yet` }, { vi: 'Chạy npm start để tạo.', en: 'npm start makes them.' }));
    return;
  }
  const installation = await open(config, options.tell);
  if (installation === undefined) return;
  try {
    await examineInstallation(installation, options);
  } finally {
    await installation.close();
  }
}

/** What is inside an opened installation. */
export async function examineInstallation({ kernel, ownerUrl }: Pick<Installation, 'kernel' | 'ownerUrl'>, options: { isFull: boolean; tell: (finding: Finding) => void }): Promise<void> {
  const database = await checkDatabase(kernel, ownerUrl);
  database.findings.forEach(options.tell);
  if (!database.isUsable) return;
  const checks = [() => checkClock(kernel.database.pool, () => kernel.clock.now().getTime()), () => checkTimePeers(kernel.config), () => checkContents(kernel, options), () => checkCertificates(kernel)];
  for (const check of checks) (await untilMigrated(check)).forEach(options.tell);
}

/** What a newer version looks at may not exist before its migrations have run. */
async function untilMigrated(check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const code = databaseErrorCode(error);
    if (code !== '42P01' && code !== '42703') throw error;
    const text = { vi: 'Một phần chưa kiểm tra được vì còn bước cập nhật chưa chạy', en: 'A part cannot be checked until the migrations have run' };
    return [warning(text, { vi: 'Chạy npx lienthong migrate rồi chạy lại doctor.', en: 'Run npx lienthong migrate, then doctor again.' })];
  }
}

const PLACEHOLDER = 'only to read the configuration, never kept';

function configuration(environment: Environment, tell: (finding: Finding) => void): Config | undefined {
  try {
    const config = readConfig({ ...environment, APP_SECRET: environment['APP_SECRET'] || PLACEHOLDER });
    tell(ok({ vi: 'Biến môi trường hợp lệ', en: 'The environment variables are valid' }));
    if (environment['APP_SECRET']) return config;
    return hasSecret(config.dataDir) ? readConfig(environment) : config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const message of error.message.split('\n')) tell(problem({ vi: message, en: message }, { vi: 'Sửa biến này rồi chạy lại doctor.', en: 'Mend this variable and run doctor again.' }));
    return undefined;
  }
}

async function open(config: Config, tell: (finding: Finding) => void): Promise<Installation | undefined> {
  try {
    return await openInstallation(config, { migrate: false, log: createLog({ level: 'silent' }) });
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    tell(problem({ vi: error.vi, en: error.en }, { vi: 'Xem nhật ký của PostgreSQL trong DATA_DIR/postgres/log.', en: 'See the log of PostgreSQL in DATA_DIR/postgres/log.' }));
    return undefined;
  }
}
