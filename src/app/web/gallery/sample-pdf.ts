/**
 * A three-page PDF written by hand for the page of components: an upright page, one that the file turns by a quarter,
 * and one whose script must never run.
 */
export function samplePdf(): Uint8Array<ArrayBuffer> {
  const page = (content: number, more = '') => `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 9 0 R >> >> /Contents ${String(content)} 0 R ${more}>>`;
  const letter = ['70 780 (UY BAN NHAN DAN)', '70 700 (So:        /SNV-VP)', '120 640 (Kinh gui: cac so, ban, nganh)', '90 600 (Trang mau de thu khung xem va dat chu ky.)', '340 320 (GIAM DOC)', '330 200 (Nguyen Anh Tuan)'];
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (document.title = "ran") >> >>',
    '<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>',
    page(6),
    page(7, '/Rotate 90 '),
    page(8),
    stream(letter),
    stream(['90 700 (Trang hai, duoc tep xoay mot phan tu vong.)']),
    stream(['90 700 (Trang ba.)']),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>',
  ];
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${String(index + 1)} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${String(objects.length + 1)}\n0000000000 65535 f \n${entries}trailer\n<< /Size ${String(objects.length + 1)} /Root 1 0 R >>\nstartxref\n${String(start)}\n%%EOF\n`;
  return new TextEncoder().encode(text);
}

/** Lines as `x y (text)`. */
function stream(lines: readonly string[]): string {
  const body = `BT /F 14 Tf ${lines.map((line) => line.replace(/^(\d+) (\d+) (.*)$/, '1 0 0 1 $1 $2 Tm $3 Tj')).join(' ')} ET`;
  return `<< /Length ${String(body.length)} >>\nstream\n${body}\nendstream`;
}
