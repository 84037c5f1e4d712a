import { deflateSync } from 'node:zlib';
import { local, streamObject } from '../signing/fragment.ts';
import type { FragmentObject, LocalRef, PdfFragment } from '../signing/fragment.ts';
import { decodePng } from './png.ts';
import type { DecodedPng } from './png.ts';

/** An image ready to be put into any number of files. The image XObject is the first object of the fragment. */
export type PdfImage = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly objects: PdfFragment;
  /** The same for a file in which nothing may be half transparent: every point is there or is not. */
  readonly hardEdged: () => PdfFragment;
};

/** Of 255. What is fainter is paper rather than ink, and would be a white veil over the text. */
const leastInk = 64;

/** Turns a PNG (transparency included) into an image XObject. Takes milliseconds: keep the result. Throws PdfError `image.not-supported`. */
export function imageFromPng(png: Buffer): PdfImage {
  const decoded = decodePng(png);
  return { widthPx: decoded.width, heightPx: decoded.height, objects: softEdges(decoded), hardEdged: () => hardEdges(decodePng(png)) };
}

function softEdges(picture: DecodedPng): PdfFragment {
  const { pixels, alpha } = picture;
  if (alpha === undefined) return [imageObject(picture, [], pixels)];
  return [imageObject(picture, ['/SMask ', local(1)], pixels), streamObject([sizeOf(picture, 8), '/ColorSpace/DeviceGray'], deflateSync(alpha))];
}

/** Explicit masking (ISO 32000-1, 8.9.6.3) with the colours that the ink has on white paper. */
function hardEdges(picture: DecodedPng): PdfFragment {
  const { pixels, alpha, channels, width, height } = picture;
  if (alpha === undefined) return softEdges(picture);
  const onWhite = Buffer.from(pixels.map((value, i) => {
    const ink = alpha[Math.floor(i / channels)] ?? 0;
    return Math.round((value * ink + 255 * (255 - ink)) / 255);
  }));
  const rowBytes = Math.ceil(width / 8);
  const mask = Buffer.alloc(rowBytes * height);
  alpha.forEach((ink, i) => {
    const at = Math.floor(i / width) * rowBytes + ((i % width) >> 3);
    // A 1 keeps its point from being painted.
    if (ink < leastInk) mask[at] = (mask[at] ?? 0) | (0x80 >> (i % width & 7));
  });
  return [imageObject(picture, ['/Mask ', local(1)], onWhite), streamObject([sizeOf(picture, 1), '/ImageMask true'], deflateSync(mask))];
}

function imageObject(picture: DecodedPng, mask: readonly (string | LocalRef)[], pixels: Buffer): FragmentObject {
  return streamObject([sizeOf(picture, 8), `/ColorSpace/${picture.channels === 1 ? 'DeviceGray' : 'DeviceRGB'}`, ...mask], deflateSync(pixels));
}

function sizeOf({ width, height }: DecodedPng, bits: 1 | 8): string {
  return `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent ${bits}/Filter/FlateDecode`;
}
