/** The part of fontkit that is used here; the package carries no types. */
declare module 'fontkit' {
  export type PathCommand = { readonly command: 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'bezierCurveTo' | 'closePath'; readonly args: readonly number[] };
  export type Glyph = { readonly id: number; readonly advanceWidth: number; readonly path: { readonly commands: readonly PathCommand[] } };
  /** `glyphs` holds the parts of composed ones too once it is encoded. */
  export type Subset = { readonly glyphs: readonly number[]; includeGlyph(glyph: number | Glyph): number; encode(): Uint8Array };
  export type Font = {
    readonly postscriptName: string;
    readonly unitsPerEm: number;
    readonly ascent: number;
    readonly descent: number;
    readonly capHeight: number;
    readonly italicAngle: number;
    readonly bbox: { readonly minX: number; readonly minY: number; readonly maxX: number; readonly maxY: number };
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphForCodePoint(codePoint: number): Glyph;
    createSubset(): Subset;
  };
  export function create(bytes: Uint8Array): Font;
}
