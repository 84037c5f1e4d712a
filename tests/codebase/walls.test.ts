import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** Each planted import breaks exactly one wall, and must be reported under that wall's name. */
const planted: { rule: string; from: string; to: string }[] = [
  { rule: 'kernel-knows-no-government', from: 'src/kernel/a.ts', to: 'src/engines/identity/index.ts' },
  { rule: 'engines-know-no-capability', from: 'src/engines/files/a.ts', to: 'src/capabilities/outgoing-documents/contract.ts' },
  { rule: 'engine-audit-uses-only-its-neighbours', from: 'src/engines/audit/a.ts', to: 'src/engines/identity/index.ts' },
  { rule: 'engine-files-uses-only-its-neighbours', from: 'src/engines/files/a.ts', to: 'src/engines/exchange/index.ts' },
  { rule: 'engines-by-their-front-door', from: 'src/capabilities/incoming-documents/a.ts', to: 'src/engines/exchange/tables.ts' },
  { rule: 'capabilities-meet-at-contracts', from: 'src/capabilities/incoming-documents/a.ts', to: 'src/capabilities/outgoing-documents/policy.ts' },
  { rule: 'capabilities-know-no-app', from: 'src/capabilities/incoming-documents/a.ts', to: 'src/app/server.ts' },
  { rule: 'domain-is-pure', from: 'src/capabilities/incoming-documents/domain/a.ts', to: 'src/kernel/database.ts' },
  { rule: 'screens-hold-no-server', from: 'src/capabilities/incoming-documents/web/a.ts', to: 'src/capabilities/incoming-documents/policy.ts' },
  { rule: 'design-system-fetches-nothing', from: 'src/ui/a.ts', to: 'src/kernel/ids.ts' },
  { rule: 'portal-has-no-client-application', from: 'src/capabilities/verification/portal/a.ts', to: 'src/capabilities/verification/web/page.ts' },
  { rule: 'app-sees-manifests-only', from: 'src/app/a.ts', to: 'src/capabilities/incoming-documents/policy.ts' },
  { rule: 'contracts-travel-light', from: 'src/engines/files/contract.ts', to: 'src/kernel/database.ts' },
  { rule: 'product-needs-no-test-kit', from: 'src/app/a.ts', to: 'src/kernel/testkit.ts' },
  { rule: 'nothing-unresolved', from: 'src/app/a.ts', to: 'src/app/missing.ts' },
];

test('every wall of the architecture reports an import that climbs over it', async (t) => {
  for (const { rule, from, to } of planted) {
    await t.test(`${rule}: ${from} → ${to}`, () => {
      assert.match(cruise([{ from, to }]), new RegExp(`error ${rule}:`));
    });
  }
  await t.test('no-circles: two files that import each other', () => {
    const output = cruise([
      { from: 'src/app/a.ts', to: 'src/app/b.ts' },
      { from: 'src/app/b.ts', to: 'src/app/a.ts' },
    ]);
    assert.match(output, /error no-circles:/);
  });
  await t.test('an allowed import is not reported', () => {
    const output = cruise([{ from: 'src/engines/files/a.ts', to: 'src/engines/identity/index.ts' }]);
    assert.match(output, /no dependency violations found/);
  });
});

/** Writes a small tree with the given imports and lets dependency-cruiser look at it under the project's rules. */
function cruise(imports: { from: string; to: string }[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-walls-'));
  try {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('tsconfig.web.json', '{"compilerOptions":{"module":"esnext","moduleResolution":"bundler","allowImportingTsExtensions":true,"noEmit":true}}');
    write('package.json', '{"type":"module"}');
    for (const { to } of imports) if (!to.includes('missing')) write(to, 'export const value = 1;\n');
    for (const { from, to } of imports) {
      const up = '../'.repeat(from.split('/').length - 1);
      write(from, `import { value } from '${up}${to}';\nexport const other = value;\n`);
    }
    const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
    const result = spawnSync(process.execPath, [cruiser, '--config', join(root, '.dependency-cruiser.cjs'), 'src'], { cwd: folder, encoding: 'utf8' });
    return `${result.stdout}${result.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
