import { existsSync } from 'node:fs';
import { applicationRole, applicationUrl } from '#kernel/application-role.ts';
import { systemClock } from '#kernel/clock.ts';
import type { Config } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createKernel, type Kernel } from '#kernel/kernel.ts';
import { createLog, type Log } from '#kernel/log.ts';
import { migrate } from '#kernel/migrate.ts';
import { ensureDatabase, ensureRunning } from '#kernel/postgres/index.ts';
import { closeSigningServices } from '#engines/signatures/index.ts';
import { modules } from './capabilities.ts';

export type Installation = {
  kernel: Kernel;
  /** The address for the role that owns the tables: migrations, seeds of a new database, backup. */
  ownerUrl: string;
  /** The same past a pooler, for session locks. */
  ownerDirectUrl: string;
  /** Migrations that ran while opening. */
  migrated: string[];
  close(): Promise<void>;
};

export type OpenOptions = { /** False opens the database as it is. */ migrate?: false; log?: Log; onProgress?: (text: string) => void };

const DATABASE_NAME = 'lienthong';

/**
 * Opens the installation that the configuration names: starts or adopts the embedded PostgreSQL unless DATABASE_URL is
 * given, migrates, and connects as the role that may not alter anything.
 */
export async function openInstallation(config: Config, options: OpenOptions = {}): Promise<Installation> {
  const log = options.log ?? createLog({ level: config.logLevel });
  const server = await databaseServer(config, options);
  // Migrations hold a session lock, which a transaction-mode pooler cannot carry.
  const migrated = options.migrate === false ? [] : await migrateOrStop(server, config);
  const url = applicationUrl(server.ownerUrl, config.appSecret, applicationRole(server.ownerDirectUrl));
  const directUrl = applicationUrl(server.ownerDirectUrl, config.appSecret);
  const database = openDatabase(
    { url, directUrl, poolSize: config.poolSize, prepareStatements: config.prepareStatements, applicationName: 'lienthong' },
    log,
  );
  const kernel = createKernel({ config, log, clock: systemClock(), database, modules });
  return {
    kernel,
    ownerUrl: server.ownerUrl,
    ownerDirectUrl: server.ownerDirectUrl,
    migrated,
    async close() {
      await closeSigningServices(kernel);
      await database.close();
      await server.stop();
    },
  };
}

/** A server of our own that cannot be migrated is not left running behind the message. */
async function migrateOrStop(server: DatabaseServer, config: Config): Promise<string[]> {
  try {
    return await migrate(server.ownerDirectUrl, modules, config.appSecret);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

type DatabaseServer = { ownerUrl: string; ownerDirectUrl: string; stop: () => Promise<void> };

async function databaseServer(config: Config, options: OpenOptions): Promise<DatabaseServer> {
  if (config.databaseUrl !== undefined) {
    return { ownerUrl: config.databaseUrl, ownerDirectUrl: config.databaseDirectUrl ?? config.databaseUrl, stop: () => Promise.resolve() };
  }
  const isNew = !existsSync(config.dataDir);
  options.onProgress?.(isNew ? 'Tạo cơ sở dữ liệu PostgreSQL trong thư mục dữ liệu' : 'Khởi động PostgreSQL');
  const running = await ensureRunning({ dataDir: config.dataDir });
  const ownerUrl = await ensureDatabase(running.url, DATABASE_NAME);
  return { ownerUrl, ownerDirectUrl: ownerUrl, stop: running.stop };
}
