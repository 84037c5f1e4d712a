import { strToU8, zipSync } from 'fflate';

/** A cell: text, a number, an instant or a calendar day (`YYYY-MM-DD`), or nothing. */
export type Cell = string | number | null | { day: string };

export type SheetColumn = { label: string; /** In characters. */ width: number };

export type Sheet = {
  /** At most 31 characters, as spreadsheet programs allow. */
  name: string;
  /** Lines above the table, the first one its title. */
  heading: readonly string[];
  columns: readonly SheetColumn[];
  rows: readonly (readonly Cell[])[];
  /** Totals below the table. */
  foot?: readonly Cell[];
};

/**
 * Writes an Office Open XML workbook (ECMA-376, Transitional): typed cells, a heading, a table header that stays in view, a filter on
 * it, A4 across with the header on each printed page. The same input gives the same bytes. Text is text: a cell never becomes a formula.
 */
export function writeSpreadsheet({ sheets, madeAt, creator }: { sheets: readonly Sheet[]; madeAt: Date; creator: string }): Buffer {
  const parts: Record<string, string> = {
    '[Content_Types].xml': contentTypes(sheets.length),
    '_rels/.rels': relations([
      ['officeDocument', 'xl/workbook.xml'],
      ['metadata/core-properties', 'docProps/core.xml'],
    ]),
    'docProps/core.xml': `${XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>${escape(creator)}</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${madeAt.toISOString().slice(0, 19)}Z</dcterms:created></cp:coreProperties>`,
    'xl/workbook.xml': workbook(sheets),
    'xl/_rels/workbook.xml.rels': relations([...sheets.map((_, index): [string, string] => ['worksheet', `worksheets/sheet${String(index + 1)}.xml`]), ['styles', 'styles.xml']]),
    'xl/styles.xml': STYLES,
    ...Object.fromEntries(sheets.map((sheet, index) => [`xl/worksheets/sheet${String(index + 1)}.xml`, worksheet(sheet)])),
  };
  // The zip format knows no zone; a fixed time keeps the bytes the same wherever they are written.
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])), { mtime: new Date('2026-01-01T00:00:00'), level: 6 }));
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** Cell styles by their place in STYLES. */
const style = { plain: 0, title: 1, header: 2, text: 3, number: 4, day: 5, footText: 6, footNumber: 7 } as const;

const BORDER = '<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border>';
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><fonts count="3"><font><sz val="11"/><name val="Times New Roman"/></font><font><b/><sz val="11"/><name val="Times New Roman"/></font><font><b/><sz val="14"/><name val="Times New Roman"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEDE9DF"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>${BORDER}</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="8">${[
  xf({ font: 0, border: 0 }),
  xf({ font: 2, border: 0 }),
  xf({ font: 1, border: 1, fill: 2, align: 'horizontal="center" vertical="center" wrapText="1"' }),
  xf({ font: 0, border: 1, align: 'vertical="top" wrapText="1"' }),
  xf({ font: 0, border: 1, format: 3 }),
  xf({ font: 0, border: 1, format: 164 }),
  xf({ font: 1, border: 1 }),
  xf({ font: 1, border: 1, format: 3 }),
].join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

function xf({ font, border, fill = 0, format = 0, align }: { font: number; border: number; fill?: number; format?: number; align?: string }): string {
  const numbers = `numFmtId="${String(format)}" fontId="${String(font)}" fillId="${String(fill)}" borderId="${String(border)}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"`;
  return align === undefined ? `<xf ${numbers}/>` : `<xf ${numbers} applyAlignment="1"><alignment ${align}/></xf>`;
}

function contentTypes(sheets: number): string {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const parts = Array.from({ length: sheets }, (_, index) => `<Override PartName="/xl/worksheets/sheet${String(index + 1)}.xml" ContentType="${type}.worksheet+xml"/>`).join('');
  return `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>${parts}</Types>`;
}

function relations(targets: readonly (readonly [kind: string, target: string])[]): string {
  const base = (kind: string): string => (kind.startsWith('metadata/') ? 'http://schemas.openxmlformats.org/package/2006/relationships' : OFFICE);
  return `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets.map(([kind, target], index) => `<Relationship Id="rId${String(index + 1)}" Type="${base(kind)}/${kind}" Target="${target}"/>`).join('')}</Relationships>`;
}

function workbook(sheets: readonly Sheet[]): string {
  const list = sheets.map((sheet, index) => `<sheet name="${escape(sheetName(sheet.name))}" sheetId="${String(index + 1)}" r:id="rId${String(index + 1)}"/>`).join('');
  const titles = sheets.map((sheet, index) => `<definedName name="_xlnm.Print_Titles" localSheetId="${String(index)}">'${escape(sheetName(sheet.name)).replaceAll("'", "''")}'!$${String(headerRow(sheet))}:$${String(headerRow(sheet))}</definedName>`).join('');
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${list}</sheets><definedNames>${titles}</definedNames></workbook>`;
}

/** Spreadsheet programs refuse these characters, and names of more than 31. */
const sheetName = (name: string): string => name.replace(/[\\/?*[\]:']/g, ' ').slice(0, 31);

const headerRow = (sheet: Sheet): number => sheet.heading.length + 1;

function worksheet(sheet: Sheet): string {
  const header = headerRow(sheet);
  const last = columnName(sheet.columns.length - 1);
  const body = sheet.rows.map((cells, index) => row(header + 1 + index, cells, { text: style.text, number: style.number }));
  const foot = sheet.foot === undefined ? [] : [row(header + 1 + sheet.rows.length, sheet.foot, { text: style.footText, number: style.footNumber })];
  const rows = [
    ...sheet.heading.map((text, index) => row(index + 1, [text], { text: index === 0 ? style.title : style.plain, number: style.plain })),
    row(header, sheet.columns.map((column) => column.label), { text: style.header, number: style.header }),
    ...body,
    ...foot,
  ].join('');
  const widths = sheet.columns.map(({ width }, index) => `<col min="${String(index + 1)}" max="${String(index + 1)}" width="${String(width)}" customWidth="1"/>`).join('');
  const pane = `<sheetView workbookViewId="0"><pane xSplit="1" ySplit="${String(header)}" topLeftCell="B${String(header + 1)}" activePane="bottomRight" state="frozen"/></sheetView>`;
  return `${XML}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:${last}${String(header + body.length + foot.length)}"/><sheetViews>${pane}</sheetViews><cols>${widths}</cols><sheetData>${rows}</sheetData><autoFilter ref="A${String(header)}:${last}${String(header + body.length)}"/><pageMargins left="0.79" right="0.59" top="0.79" bottom="0.79" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>`;
}

function row(number: number, cells: readonly Cell[], styles: { text: number; number: number }): string {
  return `<row r="${String(number)}">${cells.map((cell, index) => cellXml(`${columnName(index)}${String(number)}`, cell, styles)).join('')}</row>`;
}

function cellXml(place: string, cell: Cell, styles: { text: number; number: number }): string {
  if (cell === null) return `<c r="${place}" s="${String(styles.text)}"/>`;
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c r="${place}" s="${String(styles.number)}"><v>${String(cell)}</v></c>` : cellXml(place, null, styles);
  if (typeof cell === 'string') return `<c r="${place}" s="${String(styles.text)}" t="inlineStr"><is><t xml:space="preserve">${escape(cell)}</t></is></c>`;
  return `<c r="${place}" s="${String(style.day)}"><v>${String(serialDay(cell.day))}</v></c>`;
}

/** Days since 30/12/1899, as the format counts. */
const serialDay = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000) + 25_569;

/** A, B, …, Z, AA, … */
function columnName(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `${columnName(Math.floor(index / 26) - 1)}${columnName(index % 26)}`;
}

/** XML text; characters that XML 1.0 does not know at all are left out. */
function escape(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
