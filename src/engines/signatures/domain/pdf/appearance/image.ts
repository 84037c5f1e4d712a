import { deflateSync } from 'node:zlib';
import { local, streamObject } from '../signing/fragment.ts';
import type { PdfFragment } from '../signing/fragment.ts';
import { decodePng } from './png.ts';

/** An image ready to be put into any number of files. The image XObject is the first object of the fragment. */
export type PdfImage = { readonly widthPx: number; readonly heightPx: number; readonly objects: PdfFragment };

/** Turns a PNG (transparency included) into an image XObject. Takes milliseconds: keep the result. Throws PdfError `image.not-supported`. */
export function imageFromPng(png: Buffer): PdfImage {
  const { width, height, channels, pixels, alpha } = decodePng(png);
  const size = `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8/Filter/FlateDecode`;
  const space = channels === 1 ? '/ColorSpace/DeviceGray' : '/ColorSpace/DeviceRGB';
  const mask = alpha === undefined ? [] : ['/SMask ', local(1)];
  const image = streamObject([size, space, ...mask], deflateSync(pixels));
  const objects = alpha === undefined ? [image] : [image, streamObject([size, '/ColorSpace/DeviceGray'], deflateSync(alpha))];
  return { widthPx: width, heightPx: height, objects };
}
