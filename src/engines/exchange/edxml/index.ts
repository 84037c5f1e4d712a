/**
 * The codec of edXML (QCVN 102:2016/BTTTT, SĐ1:2022): messages between agencies as streams, without database or network. What is written
 * is what a partner's profile says; what is read is what partners really send.
 */
export { readAgencyCode, type AgencyCode, type AgencyCodeScheme } from './agency-codes.ts';
export type { AttachmentHead, AttachmentSink } from './attachment-stream.ts';
export type { KnownDocumentType } from './document-types.ts';
export { codeFor, envelopeFiles, fromDocumentMessage, toDocumentMessage, type EdxmlExtra, type IncomingFacts, type OutgoingFacts, type PartyFacts } from './mapping.ts';
export type { DocumentMessage, EdxmlAgency, EdxmlAttachment, EdxmlBusiness, EdxmlBytes, EdxmlHop, EdxmlKept, EdxmlMessage, EdxmlOtherInfo, EdxmlReceiverChange, EdxmlReplacement, EdxmlResponseFor, EdxmlStaff, EdxmlStatusCode, StatusMessage } from './model.ts';
export type { PacketSignature } from './packet-signature.ts';
export { EdxmlError, edxmlProblem, type EdxmlProblem, type EdxmlProblemCode, type EdxmlSeverity } from './problems.ts';
export { builtInProfiles, profileOn, type EdxmlProfile } from './profiles.ts';
export { readEdxml, type EdxmlReading, type ReadOptions, type RefusedReading, type WholeReading } from './read.ts';
export { packetSigner, type PacketSigner } from './sign-packet.ts';
export { documentIdOf, type DocumentIdParts } from './values.ts';
export { writeEdxml, writeProblems, type AttachmentSource, type WriteOptions } from './write.ts';
