/** The walls of ARCHITECTURE.md as rules. Each says why it is there. */

/** Which engines an engine may use. */
const engineUses = {
  audit: [],
  identity: ['audit'],
  files: ['audit', 'identity'],
  registers: [],
  signatures: ['files', 'identity', 'audit'],
  cases: ['identity', 'files', 'audit'],
  exchange: ['signatures', 'files', 'identity', 'audit'],
};

const engineRules = Object.entries(engineUses).flatMap(([engine, uses]) => {
  const allowed = [engine, ...uses].join('|');
  return [
    {
      name: `engine-${engine}-uses-only-its-neighbours`,
      comment: `The order of the engines is a line, not a web: ${engine} may use ${uses.join(', ') || 'the kernel alone'}.`,
      severity: 'error',
      from: { path: `^src/engines/${engine}/` },
      to: { path: '^src/engines/', pathNot: `^src/engines/(${allowed})/` },
    },
  ];
});

module.exports = {
  forbidden: [
    {
      name: 'kernel-knows-no-government',
      comment: 'The kernel is machinery; whoever needs a word of government in it has put something into the wrong ring.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^src/(engines|capabilities|app|ui)/' },
    },
    {
      name: 'engines-know-no-capability',
      comment: 'An engine serves many capabilities and outlives each.',
      severity: 'error',
      from: { path: '^src/engines/' },
      to: { path: '^src/(capabilities|app|ui)/' },
    },
    ...engineRules,
    {
      name: 'engines-by-their-front-door',
      comment: 'What an engine promises is its index.ts; the rest may change any day. A test may use the builders in testing.ts.',
      severity: 'error',
      from: { path: '^src/(engines/([^/]+)|capabilities|app)/', pathNot: ['\\.test\\.ts$', '/testing/'] },
      to: { path: '^src/engines/([^/]+)/', pathNot: ['^src/engines/$2/', '^src/engines/[^/]+/(index|contract|offline)\\.ts$'] },
    },
    {
      name: 'offline-doors-need-no-house',
      comment: 'What verifies evidence in ten years has no database and no server: an engine’s offline.ts reaches neither.',
      severity: 'error',
      from: { path: '^src/engines/[^/]+/offline\\.ts$' },
      to: { path: 'node_modules/(pg|kysely|fastify)/', reachable: true },
    },
    {
      name: 'capabilities-meet-at-contracts',
      comment: 'Two capabilities work together by an event, an engine or a link; of each other they know the contract only.',
      severity: 'error',
      from: { path: '^src/capabilities/([^/]+)/' },
      to: { path: '^src/capabilities/([^/]+)/', pathNot: ['^src/capabilities/$1/', '^src/capabilities/[^/]+/contract\\.ts$'] },
    },
    {
      name: 'capabilities-know-no-app',
      comment: 'The composition root sees the capabilities, never the other way round.',
      severity: 'error',
      from: { path: '^src/capabilities/' },
      to: { path: '^src/app/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules without database, HTTP and clock can be read and tested by themselves.',
      severity: 'error',
      from: { path: '^src/(engines|capabilities)/([^/]+)/domain/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/$1/$2/domain/', '^src/kernel/(ids|time)\\.ts$'] },
    },
    {
      name: 'screens-hold-no-server',
      comment: 'What a browser gets may come from the design system, from contracts and from its own folder only.',
      severity: 'error',
      from: { path: '^src/capabilities/([^/]+)/web/' },
      to: { path: '^src/', pathNot: ['^src/ui/', '^src/capabilities/$1/web/', '^src/capabilities/$1/domain/', '/contract\\.ts$'] },
    },
    {
      name: 'design-system-fetches-nothing',
      comment: 'src/ui is the design system: no capability, no engine, no kernel behind it.',
      severity: 'error',
      from: { path: '^src/ui/' },
      to: { path: '^src/(kernel|engines|capabilities|app)/' },
    },
    {
      name: 'portal-has-no-client-application',
      comment: 'Public pages are server-rendered and work without JavaScript.',
      severity: 'error',
      from: { path: '^src/capabilities/([^/]+)/portal/' },
      to: { path: '^src/(app|capabilities/[^/]+/web)/' },
    },
    {
      name: 'app-sees-manifests-only',
      comment: 'The composition root puts modules together; it reaches into none.',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: '^src/capabilities/', pathNot: '^src/capabilities/[^/]+/(index\\.ts|web/index\\.tsx|portal/index\\.tsx|contract\\.ts)$' },
    },
    {
      name: 'contracts-travel-light',
      comment: 'A contract is loaded by browsers: Zod, other contracts and pure rules only.',
      severity: 'error',
      from: { path: '/contract\\.ts$' },
      to: { path: '^src/', pathNot: ['/contract\\.ts$', '/domain/', '^src/kernel/(ids|time)\\.ts$'] },
    },
    {
      name: 'product-needs-no-test-kit',
      comment: 'What only tests use is not in the product.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.test\\.tsx?$', '/testing[-a-z]*(\\.ts$|/)', '^src/kernel/testkit\\.ts$'] },
      to: { path: ['/testing[-a-z]*(\\.ts$|/)', '^src/kernel/testkit\\.ts$', '^(tests|journeys|bench)/', '^node_modules/(playwright-core|axe-core|fast-check|@libpdf|@signpdf)'] },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or hide a third. Types may point both ways.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that resolves to nothing is a defect that a machine can see.',
      severity: 'error',
      from: { path: '^(src|seeds|bench|journeys|tests)/', pathNot: '/web/(vite\\.config|size-check)\\.ts$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|data|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.web.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.css'] },
    cache: false,
  },
};
