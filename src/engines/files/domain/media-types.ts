import type { ContentKind } from './content-kind.ts';

/** A type of file that people send: what it is called, and what its content must be. */
export type KnownType = { mediaType: string; kinds: readonly ContentKind[]; vi: string; en: string };

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const sheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const slides = 'application/vnd.openxmlformats-officedocument.presentationml.presentation';

/** By extension. An Office file under a password is an OLE container, whatever its extension. */
export const knownTypes: ReadonlyMap<string, KnownType> = new Map(
  Object.entries({
    pdf: { mediaType: 'application/pdf', kinds: ['pdf'], vi: 'PDF', en: 'PDF' },
    docx: { mediaType: word, kinds: ['zip', 'ole'], vi: 'văn bản Word', en: 'a Word document' },
    xlsx: { mediaType: sheet, kinds: ['zip', 'ole'], vi: 'bảng tính Excel', en: 'an Excel sheet' },
    pptx: { mediaType: slides, kinds: ['zip', 'ole'], vi: 'trình chiếu PowerPoint', en: 'PowerPoint slides' },
    odt: { mediaType: 'application/vnd.oasis.opendocument.text', kinds: ['zip'], vi: 'văn bản OpenDocument', en: 'an OpenDocument text' },
    ods: { mediaType: 'application/vnd.oasis.opendocument.spreadsheet', kinds: ['zip'], vi: 'bảng tính OpenDocument', en: 'an OpenDocument sheet' },
    odp: { mediaType: 'application/vnd.oasis.opendocument.presentation', kinds: ['zip'], vi: 'trình chiếu OpenDocument', en: 'OpenDocument slides' },
    doc: { mediaType: 'application/msword', kinds: ['ole'], vi: 'văn bản Word đời cũ', en: 'an old Word document' },
    xls: { mediaType: 'application/vnd.ms-excel', kinds: ['ole'], vi: 'bảng tính Excel đời cũ', en: 'an old Excel sheet' },
    ppt: { mediaType: 'application/vnd.ms-powerpoint', kinds: ['ole'], vi: 'trình chiếu PowerPoint đời cũ', en: 'old PowerPoint slides' },
    rtf: { mediaType: 'application/rtf', kinds: ['rtf'], vi: 'văn bản RTF', en: 'an RTF text' },
    txt: { mediaType: 'text/plain', kinds: ['text', 'xml', 'html'], vi: 'văn bản thuần', en: 'plain text' },
    csv: { mediaType: 'text/csv', kinds: ['text'], vi: 'bảng CSV', en: 'a CSV table' },
    json: { mediaType: 'application/json', kinds: ['text'], vi: 'dữ liệu JSON', en: 'JSON data' },
    xml: { mediaType: 'application/xml', kinds: ['xml', 'text'], vi: 'dữ liệu XML', en: 'XML data' },
    edxml: { mediaType: 'application/xml', kinds: ['xml', 'text'], vi: 'gói tin edXML', en: 'an edXML message' },
    png: { mediaType: 'image/png', kinds: ['png'], vi: 'ảnh PNG', en: 'a PNG picture' },
    jpg: { mediaType: 'image/jpeg', kinds: ['jpeg'], vi: 'ảnh JPEG', en: 'a JPEG picture' },
    jpeg: { mediaType: 'image/jpeg', kinds: ['jpeg'], vi: 'ảnh JPEG', en: 'a JPEG picture' },
    gif: { mediaType: 'image/gif', kinds: ['gif'], vi: 'ảnh GIF', en: 'a GIF picture' },
    tif: { mediaType: 'image/tiff', kinds: ['tiff'], vi: 'ảnh TIFF', en: 'a TIFF picture' },
    tiff: { mediaType: 'image/tiff', kinds: ['tiff'], vi: 'ảnh TIFF', en: 'a TIFF picture' },
    bmp: { mediaType: 'image/bmp', kinds: ['bmp'], vi: 'ảnh BMP', en: 'a BMP picture' },
    webp: { mediaType: 'image/webp', kinds: ['webp'], vi: 'ảnh WebP', en: 'a WebP picture' },
    heic: { mediaType: 'image/heic', kinds: ['heic'], vi: 'ảnh HEIC', en: 'a HEIC picture' },
    mp4: { mediaType: 'video/mp4', kinds: ['mp4'], vi: 'phim MP4', en: 'an MP4 film' },
    zip: { mediaType: 'application/zip', kinds: ['zip'], vi: 'tệp nén ZIP', en: 'a ZIP archive' },
    rar: { mediaType: 'application/vnd.rar', kinds: ['rar'], vi: 'tệp nén RAR', en: 'a RAR archive' },
    '7z': { mediaType: 'application/x-7z-compressed', kinds: ['sevenZip'], vi: 'tệp nén 7z', en: 'a 7z archive' },
    gz: { mediaType: 'application/gzip', kinds: ['gzip'], vi: 'tệp nén GZIP', en: 'a GZIP archive' },
  } satisfies Record<string, KnownType>),
);

/** The extension that a file of unmistakable content gets when its name has none that we know. */
export const extensionOfKind: Partial<Record<ContentKind, string>> = {
  pdf: 'pdf',
  png: 'png',
  jpeg: 'jpg',
  gif: 'gif',
  tiff: 'tif',
  webp: 'webp',
  heic: 'heic',
  rtf: 'rtf',
  mp4: 'mp4',
  rar: 'rar',
  sevenZip: '7z',
};

/** What a kind of content is called when it is not what the name says. */
export const kindNames: Record<ContentKind, { vi: string; en: string }> = {
  pdf: { vi: 'PDF', en: 'PDF' },
  zip: { vi: 'tệp nén ZIP', en: 'a ZIP archive' },
  ole: { vi: 'tài liệu Office đời cũ', en: 'an old Office document' },
  rtf: { vi: 'văn bản RTF', en: 'an RTF text' },
  png: { vi: 'ảnh PNG', en: 'a PNG picture' },
  jpeg: { vi: 'ảnh JPEG', en: 'a JPEG picture' },
  gif: { vi: 'ảnh GIF', en: 'a GIF picture' },
  tiff: { vi: 'ảnh TIFF', en: 'a TIFF picture' },
  bmp: { vi: 'ảnh BMP', en: 'a BMP picture' },
  webp: { vi: 'ảnh WebP', en: 'a WebP picture' },
  heic: { vi: 'ảnh HEIC', en: 'a HEIC picture' },
  mp4: { vi: 'phim MP4', en: 'an MP4 film' },
  rar: { vi: 'tệp nén RAR', en: 'a RAR archive' },
  sevenZip: { vi: 'tệp nén 7z', en: 'a 7z archive' },
  gzip: { vi: 'tệp nén GZIP', en: 'a GZIP archive' },
  xml: { vi: 'dữ liệu XML', en: 'XML data' },
  html: { vi: 'trang HTML', en: 'an HTML page' },
  executable: { vi: 'chương trình chạy được', en: 'a program' },
  text: { vi: 'văn bản thuần', en: 'plain text' },
  unknown: { vi: 'dữ liệu không nhận ra được', en: 'data of an unknown kind' },
};

/** Extensions that a double click runs. */
export const runnableExtensions: ReadonlySet<string> = new Set(
  'exe com scr pif bat cmd ps1 vbs vbe js jse mjs wsf wsh hta msi msp dll cpl jar lnk url reg apk app sh htm html xhtml mht mhtml svg swf iso img'.split(' '),
);

/** Office formats whose very name says that they carry macros. */
export const macroExtensions: ReadonlySet<string> = new Set('docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm'.split(' '));
