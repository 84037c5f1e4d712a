import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { openDatabase } from './database.ts';
import { createLog } from './log.ts';

test('when the database is closed none of its connections is left, so that the server may be stopped at once', async () => {
  const url = process.env['LIENTHONG_TEST_DATABASE_URL'] ?? '';
  const watcher = new pg.Client({ connectionString: url });
  await watcher.connect();
  try {
    for (let round = 0; round < 5; round += 1) {
      const applicationName = `closing ${String(process.pid)} ${String(round)}`;
      const left = async (): Promise<number> => (await watcher.query('select 1 from pg_stat_activity where application_name = $1', [applicationName])).rowCount ?? 0;
      const database = openDatabase({ url, directUrl: url, poolSize: 10, prepareStatements: true, applicationName }, createLog({ level: 'silent' }));
      await Promise.all(Array.from({ length: 10 }, () => database.pool.query('select pg_sleep(0.02)')));
      assert.equal(await left(), 10);
      await database.close();
      assert.equal(await left(), 0);
    }
  } finally {
    await watcher.end();
  }
});
