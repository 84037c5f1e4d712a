/** JAdES in compact serialisation (ETSI TS 119 182-1) for the bodies of API calls. */
export type { JadesAlgorithm } from './algorithms.ts';
export { embedJades, prepareJades } from './sign.ts';
export type { JadesRequest, PreparedJades } from './sign.ts';
export { validateJades } from './validate.ts';
export type { JadesInput, JadesResult } from './validate.ts';
