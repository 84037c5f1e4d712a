export { evidenceCommand as main } from '#engines/exchange/offline.ts';
