/** Profiles for output intents of test files: the least that ICC.1:2001-04 asks of each class. */
export const channelsOf = { rgb: 3, gray: 1, cmyk: 4 } as const;
export type ProfileSpace = keyof typeof channelsOf;

const d50 = [0.9642, 1, 0.8249] as const;

/** A display profile for RGB (sRGB's primaries, one gamma of 2.2) and for gray, a printer's with the coarsest of tables for CMYK. */
export function testProfile(space: ProfileSpace): Buffer {
  const common: Tag[] = [
    ['desc', Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x05test\0'), Buffer.alloc(4 + 4 + 2 + 1 + 67)])],
    ['cprt', Buffer.from('text\0\0\0\0public domain\0')],
    ['wtpt', xyz(...d50)],
  ];
  const gamma = Buffer.from('curv\0\0\0\0\0\0\0\x01\x02\x33\0\0', 'latin1');
  if (space === 'gray') return profile('mntrGRAY', [...common, ['kTRC', gamma]]);
  if (space === 'cmyk') return profile('prtrCMYK', [...common, ...cmykTables()]);
  const primaries: Tag[] = [
    ['rXYZ', xyz(0.4361, 0.2225, 0.0139)],
    ['gXYZ', xyz(0.3851, 0.7169, 0.0971)],
    ['bXYZ', xyz(0.1431, 0.0606, 0.7141)],
  ];
  return profile('mntrRGB ', [...common, ...primaries, ['rTRC', gamma], ['gTRC', gamma], ['bTRC', gamma]]);
}

type Tag = readonly [name: string, data: Buffer];

function profile(classAndSpace: string, tags: readonly Tag[]): Buffer {
  let at = 128 + 4 + tags.length * 12;
  const table = tags.map(([name, data]) => {
    const entry = Buffer.concat([Buffer.from(name), uint32(at), uint32(data.length)]);
    at += Math.ceil(data.length / 4) * 4;
    return entry;
  });
  const content = tags.map(([, data]) => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]));
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.write('\x02\x10', 8, 'latin1');
  header.write(`${classAndSpace}${classAndSpace.startsWith('prtr') ? 'Lab ' : 'XYZ '}`, 12, 'latin1');
  [2026, 11, 21].forEach((value, i) => header.writeUInt16BE(value, 24 + i * 2));
  header.write('acsp', 36, 'latin1');
  d50.forEach((value, i) => fixed(value).copy(header, 68 + i * 4));
  return Buffer.concat([header, uint32(tags.length), ...table, ...content]);
}

/** Tables there and back, and a gamut that holds everything. */
function cmykTables(): Tag[] {
  const lightness = Array.from({ length: 16 }, (_, i) => (i === 0 ? [255, 128, 128] : [Math.round(255 * 0.6 ** bitsOf(i)), 128, 128])).flat();
  const separations = Array.from({ length: 8 }, (_, i) => [0, 0, 0, i < 4 ? 255 : 0]).flat();
  return [
    ...['A2B0', 'A2B1', 'A2B2'].map((name): Tag => [name, table8(4, 3, lightness)]),
    ...['B2A0', 'B2A1', 'B2A2'].map((name): Tag => [name, table8(3, 4, separations)]),
    ['gamt', table8(3, 1, Array.from({ length: 8 }, () => 0))],
  ];
}

function bitsOf(value: number): number {
  return value.toString(2).replaceAll('0', '').length;
}

/** lut8Type with two points a side. */
function table8(inputs: number, outputs: number, values: readonly number[]): Buffer {
  const straight = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1].map(fixed);
  const curves = (count: number): Buffer[] => Array.from({ length: count }, () => straight);
  return Buffer.concat([Buffer.from('mft1\0\0\0\0'), Buffer.from([inputs, outputs, 2, 0]), ...matrix, ...curves(inputs), Buffer.from(values), ...curves(outputs)]);
}

function xyz(...values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('XYZ \0\0\0\0'), ...values.map(fixed)]);
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

/** s15Fixed16Number. */
function fixed(value: number): Buffer {
  return uint32(Math.round(value * 65536));
}
