/**
 * RC2 decryption (RFC 2268), for key files of the old kind only: Windows XP and OpenSSL before 3.0 wrapped the certificates of a
 * PKCS#12 file with a 40-bit RC2 key. The runtime's OpenSSL no longer has it. Nothing is ever encrypted with it here.
 */
const permutation = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);

const rotations = [1, 2, 3, 5] as const;

/** CBC decryption without removing the padding; the ciphertext must be whole blocks of 8 bytes. */
export function decryptRc2Cbc(ciphertext: Buffer, key: Buffer, iv: Buffer): Buffer {
  const subkeys = expandKey(key);
  const out = Buffer.alloc(ciphertext.length);
  for (let at = 0; at + 8 <= ciphertext.length; at += 8) {
    const block = decryptBlock(ciphertext.subarray(at, at + 8), subkeys);
    const previous = at === 0 ? iv : ciphertext.subarray(at - 8, at);
    for (let i = 0; i < 8; i += 1) out[at + i] = (block[i] ?? 0) ^ (previous[i] ?? 0);
  }
  return out;
}

/** The effective key length equals the key's own length, as PKCS#12 demands. */
function expandKey(key: Buffer): Uint16Array {
  const size = key.length;
  const bytes = new Uint8Array(128);
  bytes.set(key);
  const at = (i: number) => bytes[i] ?? 0;
  const mix = (i: number) => permutation[i & 0xff] ?? 0;
  for (let i = size; i < 128; i += 1) bytes[i] = mix(at(i - 1) + at(i - size));
  bytes[128 - size] = mix(at(128 - size));
  for (let i = 127 - size; i >= 0; i -= 1) bytes[i] = mix(at(i + 1) ^ at(i + size));
  return Uint16Array.from({ length: 64 }, (_, i) => at(2 * i) | (at(2 * i + 1) << 8));
}

function decryptBlock(block: Buffer, subkeys: Uint16Array): Buffer {
  const words = [0, 2, 4, 6].map((offset) => block.readUInt16LE(offset));
  const word = (i: number) => words[i & 3] ?? 0;
  for (let round = 15; round >= 0; round -= 1) {
    for (let i = 3; i >= 0; i -= 1) {
      const turn = rotations[i] ?? 0;
      const turned = ((word(i) >> turn) | (word(i) << (16 - turn))) & 0xffff;
      words[i] = (turned - (subkeys[round * 4 + i] ?? 0) - (word(i - 1) & word(i - 2)) - (~word(i - 1) & word(i - 3))) & 0xffff;
    }
    if (round === 11 || round === 5) for (let i = 3; i >= 0; i -= 1) words[i] = (word(i) - (subkeys[word(i - 1) & 63] ?? 0)) & 0xffff;
  }
  const out = Buffer.alloc(8);
  words.forEach((value, i) => out.writeUInt16LE(value, i * 2));
  return out;
}
