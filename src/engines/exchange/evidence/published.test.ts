import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { publicFolder } from '#engines/signatures/index.ts';
import { aSignedLetter, packed } from '../testing/signed-letter.ts';

const root = resolve(import.meta.dirname, '../../../..');
const isWindows = process.platform === 'win32';

test('the verifier is a package of its own: from an empty folder it needs a Node from 20 on, no network and nothing of ours', async (t) => {
  const onPath = spawnSync('node', ['--version'], { encoding: 'utf8', shell: isWindows }).stdout || '';
  if (spawnSync('npm', ['--version'], { shell: isWindows }).status !== 0) {
    t.skip('npm is not on the path');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-published-'));
  const letter = await aSignedLetter();
  const run = (program: string, args: readonly string[], cwd = folder) =>
    spawnSync(program, args, { cwd, encoding: 'utf8', shell: isWindows, env: { PATH: process.env['PATH'], HOME: folder, npm_config_cache: join(folder, 'npm'), npm_config_offline: 'true', npm_config_update_notifier: 'false' } });
  try {
    const made = run(process.execPath, [join(root, 'bin/pack-evidence.mjs'), folder]);
    assert.equal(made.status, 0, made.stderr);
    const empty = join(folder, 'trong');
    await mkdir(empty);
    const installed = run('npm', ['install', '--prefix', empty, '--no-audit', '--no-fund', made.stdout.trim()], empty);
    assert.equal(installed.status, 0, installed.stderr);
    const file = join(empty, 'goi.asice');
    const whole = await packed(letter.house, { side: 'sender', agencyId: letter.sender, envelopeId: letter.envelopeId });
    await writeFile(file, whole);
    const script = join(empty, 'node_modules/lienthong-evidence/lienthong-evidence.mjs');
    const trust = `--trust=${publicFolder(letter.house.kernel.config.dataDir)}`;
    // The one that runs the tests, and the machine's own where it is not too old.
    for (const node of [process.execPath, ...(/^v(20\.(1[5-9]|2)|2[1-9]|[3-9])/.test(onPath) ? ['node'] : [])]) {
      const { stdout: version } = run(node, ['--version']);
      const found = run(node, [script, file, trust, '--json'], empty);
      assert.equal(found.status, 0, `${version} ${found.stdout} ${found.stderr}`);
      assert.match(found.stdout, /"outcome": "passed"/);
      assert.equal(run(node, [script, file], empty).status, 1, 'without a root nobody is believed');
      const cut = join(empty, 'cut.asice');
      await writeFile(cut, whole.subarray(0, -1));
      assert.equal(run(node, [script, 'verify', cut, trust], empty).status, 1);
      assert.equal(run(node, [script], empty).status, 64);
      t.diagnostic(`tried with ${version.trim()}`);
    }
  } finally {
    await letter.house.close();
    await rm(folder, { recursive: true, force: true });
  }
});
