export { main } from '#capabilities/verification/index.ts';
