import assert from 'node:assert/strict';
import { test } from 'node:test';
import { XmlError } from './errors.ts';
import type { XmlErrorCode } from './errors.ts';
import { attributeOf, childElements, pathOf, textOf } from './events.ts';
import { readXml, xmlLimits } from './reader.ts';

function refuses(code: XmlErrorCode, input: Buffer | string): void {
  assert.throws(() => readXml(input), (error) => error instanceof XmlError && error.code === code, `${code}: ${input.toString('latin1').slice(0, 80)}`);
}

test('text, references and line ends are read as XML 1.0 says', () => {
  const document = readXml('<?xml version="1.0" encoding="utf-8"?>\r\n<a b="1&#10;2\r\n3\t4&quot;"> Tên &amp; họ &#7879;&#x1F600;\r\n<![CDATA[<&]]>\r</a>');
  assert.equal(textOf(document, document.root), ' Tên & họ ệ😀\n<&\n');
  assert.equal(attributeOf(document.root, 'b'), '1\n2 3 4"');
});

test('each element knows the place of its tags in the text', () => {
  const text = '<!-- ế --><a><b x="1"/>chữ<c:d xmlns:c="urn:c">😀</c:d ></a>\n';
  const document = readXml(Buffer.from(text));
  const [b, d] = childElements(document, document.root);
  assert.ok(b && d);
  assert.equal(text.slice(b.at, b.end), '<b x="1"/>');
  assert.equal(text.slice(d.contentAt, d.closeAt), '😀');
  assert.equal(text.slice(d.at, d.end), '<c:d xmlns:c="urn:c">😀</c:d >');
  assert.equal(pathOf(d), '/a/c:d');
  assert.equal(d.namespace, 'urn:c');
});

test('a byte order mark is allowed, another encoding is not', () => {
  assert.equal(readXml(Buffer.from('\ufeff<a/>')).root.at, 1);
  refuses('xml.encoding', Buffer.from('\ufeff<a/>', 'utf16le'));
  refuses('xml.encoding', Buffer.from('<a>\xe9</a>', 'latin1'));
  refuses('xml.encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>');
  refuses('xml.encoding', '<?xml version="1.0" encoding="UTF-16"?><a/>');
});

test('DOCTYPE is refused, with everything that could come with it', () => {
  refuses('xml.doctype', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>');
  refuses('xml.doctype', '<!DOCTYPE a SYSTEM "http://127.0.0.1/evil.dtd"><a/>');
  refuses('xml.doctype', `<!DOCTYPE lol [<!ENTITY a0 "ha">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i + 1} "&a${i};&a${i};">`).join('')}]><lol>&a20;</lol>`);
  refuses('xml.doctype', '<!-- x --><!doctype a><a/>');
});

test('only the five predefined entities exist', () => {
  refuses('xml.entity', '<a>&nbsp;</a>');
  refuses('xml.entity', '<a b="&x;"/>');
  refuses('xml.entity', '<a>&constructor;</a>');
  refuses('xml.malformed', '<a>&amp</a>');
  refuses('xml.malformed', '<a>&</a>');
});

test('what is not well-formed is refused', () => {
  const bad = [
    '', ' ', 'a', '<a>', '</a>', '<a></b>', '<a/><b/>', '<a/>x', 'x<a/>', '<a b="1" b="2"/>', '<a b=1/>', '<a b="1"c="2"/>', '<a b="<"/>', '<a b/>', '<1/>', '<a><!-- -- --></a>', '<a><!--x--->', '<a>]]></a>',
    '<a><![CDATA[</a>', '<a><?xml version="1.0"?></a>', '<a><?XML x?></a>', '<a><?p</a>', ' <?xml version="1.0"?><a/>', '<?xml version="1.1"?><a/>', '<a>&#0;</a>', '<a>&#xD800;</a>', '<a>&#x110000;</a>', '<a>&#x;</a>', '<a>\u0001</a>',
    '<a>\ufffe</a>', '<a>\ud800</a>', '<a:b:c xmlns:a="urn:a"/>', '<:a/>', '<a><b</a>', '<a b="1', '<![CDATA[x]]>', '<a></a', '<a xmlns:b="urn:b" xmlns:b="urn:c"/>', '<x xmlns:p="urn:a" xmlns:q="urn:a" p:i="1" q:i="2"/>',
  ]; // prettier-ignore
  for (const each of bad) refuses('xml.malformed', each);
});

test('namespaces must be declared, absolute and not the reserved ones', () => {
  const bad = ['<b:a/>', '<a b:c="1"/>', '<a xmlns="relative"/>', '<a xmlns:b="../x"/>', '<a xmlns:b=""/>', '<a xmlns:xml="urn:x"/>', '<a xmlns:xmlns="urn:x"/>', '<a xmlns:b="http://www.w3.org/XML/1998/namespace"/>', '<a xmlns="http://www.w3.org/2000/xmlns/"/>'];
  for (const each of bad) refuses('xml.namespace', each);
  assert.equal(readXml('<a xml:lang="vi" xmlns:xml="http://www.w3.org/XML/1998/namespace"/>').root.attributes.length, 1);
});

test('depth, attributes and namespaces are limited, and the worst file of a million bytes takes less than two seconds', () => {
  refuses('xml.tooLarge', '<a>'.repeat(xmlLimits.depth + 1) + '</a>'.repeat(xmlLimits.depth + 1));
  refuses('xml.tooLarge', `<a ${Array.from({ length: xmlLimits.attributes + 1 }, (_, i) => `b${i}=""`).join(' ')}/>`);
  const declare = (from: number) => Array.from({ length: 100 }, (_, i) => `xmlns:n${from + i}="urn:n"`).join(' ');
  refuses('xml.tooLarge', `<a ${declare(0)}><a ${declare(100)}/></a>`);
  const hostile = ['<a>'.repeat(400_000), `<a>${'&amp;'.repeat(200_000)}</a>`, `<a b="${'\t'.repeat(1_000_000)}"/>`, `<a>${'<!---->'.repeat(150_000)}</a>`, `<a ${'b='.repeat(500_000)}`, `<a>${'&'.repeat(1_000_000)}`, `<a>${']]'.repeat(500_000)}</a>`];
  for (const each of hostile) {
    const before = process.cpuUsage();
    try {
      readXml(each);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
    }
    assert.ok(process.cpuUsage(before).user < 2_000_000, each.slice(0, 20));
  }
});
