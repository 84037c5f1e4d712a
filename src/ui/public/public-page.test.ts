import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { publicPage, type PublicPage } from './public-page.ts';
import { publicFonts, publicStylesheet } from './stylesheet.ts';

const page = (more: Partial<PublicPage> = {}): string =>
  publicPage({ language: 'vi', title: 'Hồ sơ <Thử>', place: 'Kiểm tra', footer: 'Cuối trang', path: '/kiem-tra', stylesheetUrl: '/kiem-tra/a.css', children: 'Nội dung & hết', ...more });

test('a public page names its language, leads to the other one and to its content, and writes text as text', () => {
  const written = page();
  assert.ok(written.startsWith('<!doctype html><html lang="vi">'));
  assert.match(written, /<title>Hồ sơ &lt;Thử> · Liên Thông<\/title>/);
  assert.match(written, /<a class="language" lang="en" hreflang="en" href="\/kiem-tra\?lang=en">English<\/a>/);
  assert.match(written, /<a class="skip" href="#main">Tới nội dung chính<\/a>/);
  assert.match(written, /<main id="main">Nội dung &amp; hết<\/main>/);
  assert.match(page({ language: 'en' }), /<html lang="en">.*lang="vi" hreflang="vi" href="\/kiem-tra\?lang=vi">Tiếng Việt/s);
});

test('a notice stands above everything where there is one; only unlisted pages are kept from search engines', () => {
  assert.doesNotMatch(page(), /class="notice"|noindex/);
  assert.match(page({ notice: 'Chứng thư thử nghiệm' }), /<aside class="notice" aria-label="Lưu ý"><p>Chứng thư thử nghiệm<\/p><\/aside>/);
  assert.match(page({ isUnlisted: true }), /<meta name="robots" content="noindex"\/>/);
});

test('a stylesheet changes its address with its content, and each font that it names is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'public-'));
  try {
    const own = join(folder, 'own.css');
    const written = (css: string) => {
      writeFileSync(own, css);
      return publicStylesheet({ at: '/noi', sheets: [own] });
    };
    const first = written('/* why */\n.one {\n  color: red;\n}\n');
    assert.equal(first.url, `/noi/${first.name}`);
    assert.equal(written('.one {\n  color: red;\n}\n').name, first.name, 'a comment is no content');
    assert.notEqual(written('.one {\n  color: blue;\n}\n').name, first.name);
    assert.ok(first.css.endsWith('.one {\ncolor: red;\n}') && !first.css.includes('/*'));
    const named = [...first.css.matchAll(/url\(\/kiem-tra\/([^)]+)\)/g)].map((match) => match[1] ?? '');
    const fonts = publicFonts();
    assert.deepEqual(named.toSorted(), [...fonts.keys()].toSorted());
    for (const font of fonts.values()) assert.equal(font.toString('latin1', 0, 4), 'wOF2');
  } finally {
    await rm(folder, { recursive: true });
  }
});
