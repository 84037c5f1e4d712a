/** The second front door: what validates files, containers and time stamps by folders of trusted certificates, without a house around it. */
export { validateAlone, type AloneMaterial, type AloneTrust, type AloneValidator } from './queries/validate-alone.ts';
export { readContainer, type Container, type ContainerMember } from './read-container.ts';
export { SEAL_NAME } from './seal-name.ts';
export { publicFolder } from './trust-folder.ts';
