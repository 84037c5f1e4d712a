import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import { createTestPki } from '../validation/testing.ts';
import { canonicalize } from './canonical.ts';
import type { CanonicalKind, CanonicalMethod } from './canonical.ts';
import { findByPath } from './events.ts';
import { readXml } from './reader.ts';
import { invoice, signXml, testSigner } from './testing.ts';

const kinds: readonly CanonicalKind[] = ['exclusive', 'inclusive', 'inclusive-1.1'];

/** Of the whole document, or of the element at a path, with comments unless told otherwise. */
function canon(xml: string, kind: CanonicalKind, { path, ...method }: Partial<CanonicalMethod> & { path?: readonly string[] } = {}): string {
  const document = readXml(xml);
  const apex = path && (findByPath(document, path) ?? assert.fail('path'));
  return canonicalize({ document, apex, hasComments: true }, { withComments: true, ...method, kind });
}

const cases: readonly { readonly name: string; readonly xml: string; readonly expected: string }[] = [
  { name: 'a carriage return by reference stays one', xml: '<a b="&#13;">&#13;</a>', expected: '<a b="&#xD;">&#xD;</a>' },
  { name: 'white space in attributes', xml: '<a b="&#9;&#10;\t\n"/>', expected: '<a b="&#x9;&#xA;  "></a>' },
  { name: 'quotes and angle brackets', xml: `<a b='"&apos;>&lt;'>"'&gt;&lt;&amp;</a>`, expected: `<a b="&quot;'>&lt;">"'&gt;&lt;&amp;</a>` },
  { name: 'processing instructions and comments, inside and beside the root', xml: '<?p  q ?>\n\n<!--x--><a><?r?><!-- y --></a>  <!--z-->\n<?s t?>', expected: '<?p q ?>\n<!--x-->\n<a><?r?><!-- y --></a>\n<!--z-->\n<?s t?>' },
  { name: 'CDATA sections', xml: '<a>x<![CDATA[<&>]]><![CDATA[]]>y</a>', expected: '<a>x&lt;&amp;&gt;y</a>' },
  { name: 'line ends', xml: '<a>\r\nx\ry\n</a>', expected: '<a>\nx\ny\n</a>' },
  { name: 'attributes are ordered by namespace, then by name', xml: '<a xmlns:z="urn:1" xmlns:y="urn:2" y:a="1" z:b="2" c="3" B="4" xml:id="i"/>', expected: '<a xmlns:y="urn:2" xmlns:z="urn:1" B="4" c="3" xml:id="i" z:b="2" y:a="1"></a>' },
  { name: 'Vietnamese names and text', xml: '<phiếu họ-tên="Nguyễn"><𠀀/>Đường</phiếu>', expected: '<phiếu họ-tên="Nguyễn"><𠀀></𠀀>Đường</phiếu>' },
  { name: 'a default namespace taken back', xml: '<a xmlns="urn:a"><b xmlns=""><c xmlns=""/></b></a>', expected: '<a xmlns="urn:a"><b xmlns=""><c></c></b></a>' },
  { name: 'a namespace declared again', xml: '<a xmlns="urn:a"><b xmlns="urn:a" xmlns:x="urn:x" x:y=""><x:c xmlns:x="urn:x"/></b></a>', expected: '<a xmlns="urn:a"><b xmlns:x="urn:x" x:y=""><x:c></x:c></b></a>' },
];

for (const { name, xml, expected } of cases) {
  test(`${name}: each kind writes the same`, () => {
    for (const kind of kinds) assert.equal(canon(xml, kind), expected, kind);
  });
}

test('names beyond the basic plane are ordered by code point', () => {
  assert.equal(canon('<a 𠀀="1" \uf900="2"/>', 'inclusive'), '<a \uf900="2" 𠀀="1"></a>');
});

test('prefixes that are not used are left out by the exclusive kind, and written where they are first used', () => {
  const xml = '<a xmlns:u="urn:u" xmlns:v="urn:v"><b><v:c v:d=""/></b></a>';
  assert.equal(canon(xml, 'exclusive'), '<a><b><v:c xmlns:v="urn:v" v:d=""></v:c></b></a>');
  assert.equal(canon(xml, 'inclusive'), '<a xmlns:u="urn:u" xmlns:v="urn:v"><b><v:c v:d=""></v:c></b></a>');
  assert.equal(canon(xml, 'exclusive', { inclusivePrefixes: ['u', 'missing'] }), '<a xmlns:u="urn:u"><b><v:c xmlns:v="urn:v" v:d=""></v:c></b></a>');
});

test('an element alone takes along the namespaces around it by the inclusive kinds, and only those it uses by the exclusive', () => {
  const xml = '<a xmlns="urn:a" xmlns:u="urn:u"><b xmlns:w="urn:w"><c><d xmlns=""/></c></b></a>';
  const path = ['a', 'b', 'c'];
  assert.equal(canon(xml, 'inclusive', { path }), '<c xmlns="urn:a" xmlns:u="urn:u" xmlns:w="urn:w"><d xmlns=""></d></c>');
  assert.equal(canon(xml, 'exclusive', { path }), '<c xmlns="urn:a"><d xmlns=""></d></c>');
  assert.equal(canon(xml, 'exclusive', { path: [...path, 'd'] }), '<d></d>');
  assert.equal(canon(xml, 'exclusive', { path: [...path, 'd'], inclusivePrefixes: ['', 'w'] }), '<d xmlns:w="urn:w"></d>');
});

test('xml:lang and xml:space are inherited by the inclusive kinds, xml:id only by 1.0, nothing by the exclusive', () => {
  const xml = '<a xml:lang="vi" xml:id="x" xml:space="preserve"><b xml:lang="en"><c n="1"/></b></a>';
  const path = ['a', 'b', 'c'];
  assert.equal(canon(xml, 'inclusive', { path }), '<c n="1" xml:id="x" xml:lang="en" xml:space="preserve"></c>');
  assert.equal(canon(xml, 'inclusive-1.1', { path }), '<c n="1" xml:lang="en" xml:space="preserve"></c>');
  assert.equal(canon(xml, 'exclusive', { path }), '<c n="1"></c>');
});

test('xml:base of the elements around is joined by 1.1 and copied by 1.0', () => {
  const bases: readonly (readonly [readonly string[], string])[] = [
    [['http://e.vn/a/b/', 'c/d', '../x'], 'http://e.vn/a/b/x'],
    [['http://e.vn/a/b', 'c'], 'http://e.vn/a/c'],
    [['http://e.vn', 'c'], 'http://e.vn/c'],
    [['a/b', 'c?q'], 'a/c?q'],
    [['../a', '../../b'], '../../../b'],
    [['a/..', 'b'], 'b'],
    [['http://e.vn/a', 'urn:x'], 'urn:x'],
    [['http://e.vn/a', '//f.vn/c'], 'http://f.vn/c'],
    [['http://e.vn/a/./b/', ''], 'http://e.vn/a/./b/'],
    [['a//b', 'c//d'], 'a/c/d'],
    [['http://e.vn/a/b', '?q'], 'http://e.vn/a/b?q'],
    [['http://e.vn/x/', '..'], 'http://e.vn/'],
    [['../', '../x/..'], '../../'],
  ];
  for (const [values, expected] of bases) {
    const open = values.map((value) => `<e xml:base="${value}">`).join('');
    const xml = `${open}<leaf/>${'</e>'.repeat(values.length)}`;
    const path = [...values.map(() => 'e'), 'leaf'];
    assert.equal(canon(xml, 'inclusive-1.1', { path }), `<leaf xml:base="${expected}"></leaf>`, values.join(' '));
    assert.equal(canon(xml, 'inclusive', { path }), `<leaf xml:base="${values.at(-1) ?? ''}"></leaf>`);
  }
});

test('comments are left out when the method or the reference says so', () => {
  const document = readXml('<!--1--><a><!--2--></a>');
  for (const kind of kinds) {
    assert.equal(canonicalize({ document, hasComments: true }, { kind, withComments: false }), '<a></a>');
    assert.equal(canonicalize({ document, hasComments: false }, { kind, withComments: true }), '<a></a>');
  }
});

const text = fc.array(fc.constantFrom('a', ' ', '\n', 'Đệ', '&amp;', '&lt;', '&#13;', '&#9;', '<![CDATA[<x>&]]>', '😀', '\r\n', '>', '"'), { maxLength: 4 }).map((parts) => parts.join(''));
const value = fc.array(fc.constantFrom('a', ' ', '\n', 'ế', '&amp;', '&lt;', '&#13;', '&#9;', '&#10;', "'", '>', '&quot;'), { maxLength: 3 }).map((parts) => parts.join(''));
const declarations = fc.uniqueArray(fc.constantFrom(' xmlns="urn:d"', ' xmlns=""', ' xmlns:p="urn:p2"', ' xmlns:q="urn:q"', ' xmlns:unused="urn:u"', ' xmlns:r="urn:p"'), { selector: (each) => each.split('=')[0], maxLength: 3 });
const attributes = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'p:a', 'z:b', 'xml:lang', 'xml:space', 'A'), value), { selector: ([name]) => name, maxLength: 3 }).map((list) => list.map(([name, each]) => ` ${name}="${name === 'xml:space' ? 'preserve' : each}"`));
const { element } = fc.letrec<{ element: string; node: string }>((tie) => ({
  element: fc
    .tuple(fc.constantFrom('e', 'p:e', 'z:e', 'phiếu'), declarations, attributes, fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'depth' }))
    .map(([name, declared, attribute, nodes]) => (nodes.length === 0 ? `<${name}${[...declared, ...attribute].join('')}/>` : `<${name}${[...attribute, ...declared].join(' ')}>${nodes.join('')}</${name}\n>`)),
  node: fc.oneof({ depthIdentifier: 'depth', maxDepth: 4 }, text, fc.constantFrom('<!-- chú -->', '<?pi  d ?>', '<?x?>'), tie('element')),
}));
const documents = element.map((inner) => `<!--0-->\n<root xmlns:p="urn:p" xmlns:z="urn:z" xml:lang="vi"><part Id="part">${inner}</part><sig/></root><?end?>`);

test('the canonical form of a canonical form is itself', () => {
  fc.assert(
    fc.property(documents, fc.constantFrom(...kinds), fc.boolean(), (xml, kind, withComments) => {
      const once = canon(xml, kind, { withComments });
      assert.equal(canon(once, kind, { withComments }), once);
    }),
    { numRuns: 500 },
  );
});

test('xmlsec1 hashes generated documents and their parts to the same values', async (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const pki = await createTestPki(new Date(Date.now() - 3_600_000));
  const signer = testSigner(pki, pki.agency);
  const options = { signingTime: new Date(), into: ['root', 'sig'] };
  const generated = [...fc.sample(documents, { numRuns: 150, seed: 20260301 }), invoice(4).replace('<NBan/>', '<NBan></NBan>').replaceAll('HDon', 'root').replaceAll('DLroot', 'part').replaceAll('DSCKS', 'sig').replace('HD01', 'part')];
  const bases = [['http://e.vn/a/b/', 'c/d', '../x'], ['../a', '../../b', 'c/..'], ['a//b', 'c//d', '.'], ['http://e.vn/a', '//f.vn/c', '?q']];
  generated.push(...bases.map(([a = '', b = '', c = '']) => `<root xml:base="${a}"><w xml:base="${b}"><part Id="part" xml:base="${c}"/></w><sig></sig></root>`));
  const files = Object.fromEntries(
    generated.flatMap((xml, i) => kinds.flatMap((canonicalization) => [undefined, 'part'].map((elementId) => [`${i}-${canonicalization}-${elementId ?? 'all'}.xml`, signXml(xml, signer, { ...options, canonicalization, ...(elementId ? { elementId } : {}) })] as const))),
  );
  const trust = { 'root.pem': toPem(pki.root.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw) };
  const names = Object.keys(files);
  for (let at = 0; at < names.length; at += 300) {
    const some = names.slice(at, at + 300);
    runOracle('xmlsec1', ['--verify', '--id-attr:Id', 'SignedProperties', '--id-attr:Id', 'part', '--trusted-pem', 'root.pem', '--untrusted-pem', 'ca.pem', ...some], { ...files, ...trust });
  }
});
