/**
 * Everything that a validation can find wrong or doubtful, as one table: what it means for the verdict (names of ETSI EN 319 102-1), and
 * in plain words what it is and what to do. The order is the order of weight: the first problem found in it gives the sub-indication.
 */
export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE';

/** Sub-indications of EN 319 102-1 table 5 and 6, and two of our own for files without any or with an unknown kind of signature. */
export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'REVOKED'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'SIGNED_DATA_NOT_FOUND'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'OUT_OF_BOUNDS_NO_POE'
  | 'NO_CERTIFICATE_CHAIN_FOUND_NO_POE'
  | 'TIMESTAMP_ORDER_FAILURE'
  | 'TRY_LATER'
  | 'SIGNATURE_NOT_FOUND';

interface ProblemKind {
  /** What it does to the verdict; absent for a remark. */
  readonly indication?: 'TOTAL-FAILED' | 'INDETERMINATE';
  readonly subIndication?: SubIndication;
  readonly vi: string;
  readonly en: string;
  readonly todoVi: string;
  readonly todoEn: string;
}

const askAgain = {
  todoVi: 'Không dùng tệp này. Đề nghị nơi gửi gửi lại đúng tệp đã ký, không qua phần mềm nén hay chỉnh sửa.',
  todoEn: 'Do not use this file. Ask the sender for the very file that was signed, not passed through compression or editing.',
} as const;
const askSigner = {
  todoVi: 'Liên hệ nơi ký để ký lại.',
  todoEn: 'Ask the signer to sign again.',
} as const;
const configureTrust = {
  todoVi: 'Quản trị viên khai báo chứng thư gốc của tổ chức cấp chứng thư (sau khi kiểm tra với tổ chức đó) rồi kiểm tra lại.',
  todoEn: 'The administrator adds the root certificate of the issuing authority (after checking it with that authority); then validate again.',
} as const;
const tryLater = {
  todoVi: 'Kiểm tra lại sau khi có danh sách thu hồi (CRL) hoặc câu trả lời OCSP của tổ chức cấp chứng thư.',
  todoEn: "Validate again once the issuing authority's revocation list (CRL) or OCSP answer is at hand.",
} as const;
const noAction = { todoVi: 'Không phải làm gì.', todoEn: 'Nothing to do.' } as const;

export const problemKinds = {
  'format.unreadable': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Phần chữ ký bị hỏng, không đọc được.', en: 'The signature itself is damaged and cannot be read.', ...askAgain },
  'format.byteRangeMissing': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Chữ ký không cho biết nó ký phần nào của tệp.', en: 'The signature does not say which part of the file it covers.', ...askAgain },
  'format.byteRangeShape': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Phạm vi được ký không phủ tệp từ đầu đến hết chữ ký: có chỗ bị bỏ ra ngoài.', en: 'The signed range does not run from the start of the file around the signature: something is left out.', ...askAgain },
  'format.byteRangeBeyondFile': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Tệp đã bị thay đổi sau khi ký: chữ ký nói về {signedBytes}, nhưng tệp chỉ còn {fileBytes}. Thường là do phần mềm nén hoặc lưu lại tệp.', en: 'The file was changed after signing: the signature speaks of {signedBytes}, the file has only {fileBytes}. Usually a program compressed or re-saved it.', ...askAgain },
  'format.gap': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Chỗ trống trong phạm vi được ký không đúng bằng chữ ký: có thể đã bị chèn nội dung.', en: 'The gap in the signed range is not exactly the signature: content may have been slipped in.', ...askAgain },
  'format.revision': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Phần được ký không phải là một văn bản PDF trọn vẹn có chữ ký này.', en: 'The signed part is not a complete PDF document that holds this signature.', ...askAgain },
  'format.contradiction': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Các phần của chữ ký mâu thuẫn nhau.', en: 'The parts of the signature contradict each other.', ...askAgain },
  'subject.notSigned': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Phần cần kiểm tra không phải là phần đã được ký.', en: 'The part in question is not the part that was signed.', ...askAgain },
  'hash.mismatch': { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', vi: 'Nội dung văn bản đã bị thay đổi sau khi ký.', en: 'The content of the document was changed after signing.', ...askAgain },
  'signature.mismatch': { indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE', vi: 'Giá trị chữ ký không khớp với chứng thư của người ký.', en: "The signature value does not fit the signer's certificate.", ...askAgain },
  'changes.forbidden': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Sau khi ký, văn bản bị sửa theo cách làm thay đổi điều người đọc nhìn thấy hoặc điều người ký không cho phép.', en: 'After signing, the document was changed in a way that alters what readers see or that the signer did not permit.', ...askAgain },
  'certificate.revoked': { indication: 'TOTAL-FAILED', subIndication: 'REVOKED', vi: 'Chứng thư của người ký đã bị thu hồi trước thời điểm ký.', en: "The signer's certificate had been revoked before the time of signing.", ...askSigner },
  'certificate.expired': { indication: 'TOTAL-FAILED', subIndication: 'EXPIRED', vi: 'Chứng thư của người ký đã hết hạn trước thời điểm ký.', en: "The signer's certificate had expired before the time of signing.", ...askSigner },
  'certificate.notYetValid': { indication: 'TOTAL-FAILED', subIndication: 'NOT_YET_VALID', vi: 'Tại thời điểm ký, chứng thư của người ký chưa có hiệu lực.', en: "At the time of signing, the signer's certificate was not valid yet.", ...askSigner },
  'signature.unsupported': { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', vi: 'Kiểu chữ ký này chưa được hỗ trợ nên không kiểm tra được.', en: 'This kind of signature is not supported and cannot be checked.', todoVi: 'Kiểm tra bằng phần mềm của nơi ký.', todoEn: "Check it with the signer's own software." },
  'content.missing': { indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND', vi: 'Thiếu tệp gốc mà chữ ký nói tới: {files}.', en: 'The file that the signature is about is missing: {files}.', todoVi: 'Gửi kèm đúng tệp gốc (một hoặc nhiều tệp) rồi kiểm tra lại.', todoEn: 'Enclose the very file (or files) and validate again.' },
  'signer.missing': { indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND', vi: 'Không tìm thấy chứng thư của người ký, hoặc chứng thư kèm theo không phải cái đã được ký xác nhận.', en: "The signer's certificate is not in the file, or the one enclosed is not the one that was signed.", ...askSigner },
  'ess.missing': { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', vi: 'Chữ ký không gắn với chứng thư của người ký như chuẩn chữ ký số nâng cao (AdES) đòi hỏi.', en: "The signature is not bound to the signer's certificate as the standards for advanced signatures (AdES) demand.", ...askSigner },
  'changes.suspicious': { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', vi: 'Sau khi ký, tệp được thêm những phần không rõ mục đích.', en: 'After signing, parts of unclear purpose were added to the file.', todoVi: 'So sánh với bản nơi gửi lưu trước khi dùng.', todoEn: "Compare with the sender's own copy before using it." },
  'algorithm.weak': { indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', vi: 'Chữ ký dùng {algorithm}, vào thời điểm ký không còn được coi là an toàn: tính toàn vẹn khớp, nhưng không loại trừ được việc giả mạo.', en: 'The signature uses {algorithm}, no longer considered safe when it was signed: the integrity fits, but forgery cannot be excluded.', todoVi: 'Đối chiếu với bản gốc của nơi ban hành nếu văn bản quan trọng.', todoEn: "Compare with the issuer's original if the document matters." },
  'algorithm.weakNoPoe': { indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', vi: 'Chữ ký dùng {algorithm}, nay không còn an toàn, và không có dấu thời gian tin cậy chứng minh nó được ký khi còn an toàn.', en: 'The signature uses {algorithm}, no longer safe today, and no trusted time stamp proves that it was made while it was.', todoVi: 'Đối chiếu với bản gốc của nơi ban hành nếu văn bản quan trọng.', todoEn: "Compare with the issuer's original if the document matters." },
  'chain.notConfigured': { indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', vi: 'Chưa kiểm tra được chứng thư vì chưa khai báo gốc tin cậy.', en: 'The certificate could not be checked because no trusted root is configured.', ...configureTrust },
  'chain.notFound': { indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', vi: 'Chứng thư của người ký không dẫn tới gốc tin cậy nào đã khai báo.', en: "The signer's certificate does not lead to any configured trusted root.", ...configureTrust },
  'chain.anchorEnded': { indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', vi: 'Gốc tin cậy của chứng thư không có hiệu lực vào thời điểm của chữ ký.', en: 'The trusted root of the certificate was not in force at the time of the signature.', ...configureTrust },
  'chain.anchorEndedNoPoe': { indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND_NO_POE', vi: 'Gốc tin cậy của chứng thư nay hết hiệu lực, và không có dấu thời gian tin cậy chứng minh chữ ký có từ khi gốc còn hiệu lực.', en: 'The trusted root of the certificate is no longer in force, and no trusted time stamp proves that the signature is older.', ...askSigner },
  'chain.constraints': { indication: 'INDETERMINATE', subIndication: 'CHAIN_CONSTRAINTS_FAILURE', vi: 'Đường dẫn chứng thư có chứng thư không được phép cấp cho chứng thư tiếp theo.', en: 'The certificate path holds a certificate that may not issue the next one.', ...configureTrust },
  'certificate.purpose': { indication: 'INDETERMINATE', subIndication: 'CHAIN_CONSTRAINTS_FAILURE', vi: 'Chứng thư được dùng ngoài phạm vi cho phép của nó.', en: 'The certificate was used outside its permitted purpose.', ...askSigner },
  'certificate.revokedNoPoe': { indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE', vi: 'Chứng thư của người ký đã bị thu hồi, và không có dấu thời gian tin cậy chứng minh chữ ký có trước khi thu hồi.', en: "The signer's certificate has been revoked, and no trusted time stamp proves that the signature was made before.", ...askSigner },
  'certificate.caRevoked': { indication: 'INDETERMINATE', subIndication: 'REVOKED_CA_NO_POE', vi: 'Chứng thư của tổ chức cấp chứng thư đã bị thu hồi.', en: "The issuing authority's certificate has been revoked.", ...askSigner },
  'certificate.outOfBounds': { indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE', vi: 'Chứng thư nay đã hết hạn, và không có dấu thời gian tin cậy chứng minh chữ ký được tạo khi chứng thư còn hạn.', en: 'The certificate has expired by now, and no trusted time stamp proves that the signature was made while it was valid.', todoVi: 'Đối chiếu với bản lưu của nơi ký nếu cần giá trị chứng cứ.', todoEn: "Compare with the signer's archived copy where proof matters." },
  'certificate.onHold': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Chứng thư của người ký đang bị tạm dừng.', en: "The signer's certificate is on hold.", todoVi: 'Kiểm tra lại khi tổ chức cấp chứng thư đã quyết định phục hồi hay thu hồi chứng thư.', todoEn: 'Validate again when the issuing authority has decided to restore or revoke the certificate.' },
  'timestamp.order': { indication: 'INDETERMINATE', subIndication: 'TIMESTAMP_ORDER_FAILURE', vi: 'Các dấu thời gian mâu thuẫn nhau: dấu đóng trước lại ghi giờ sau dấu đóng đè lên nó.', en: 'The time stamps contradict each other: an inner one claims a later time than the one that covers it.', todoVi: 'Đề nghị nơi ký giải thích hoặc ký lại.', todoEn: 'Ask the signer to explain, or to sign again.' },
  'revocation.unknown': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Chưa biết chứng thư có bị thu hồi hay không vì không có danh sách thu hồi hay câu trả lời OCSP.', en: 'Whether the certificate was revoked is not known: there is no revocation list or OCSP answer.', ...tryLater },
  'revocation.indirect': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Danh sách thu hồi có trong tay là loại gián tiếp (của nhiều nơi cấp) nên không được dùng.', en: 'The revocation list at hand is an indirect one (of several issuers) and was not used.', ...tryLater },
  'revocation.unreadable': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Danh sách thu hồi của nơi cấp chứng thư, đặt trên máy chủ này, bị cắt cụt nên chưa biết chứng thư có bị thu hồi hay không.', en: 'The revocation list of the issuing authority that lies on this server was cut short, so whether the certificate was revoked is not known.', todoVi: 'Báo người giữ máy chủ chép lại danh sách thu hồi đầy đủ; kết luận được làm lại ngay sau đó.', todoEn: 'Tell whoever keeps the server to copy the whole revocation list again; the verdict is made anew right after.' },
  'revocation.weak': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Thông tin thu hồi có trong tay được ký bằng thuật toán không còn an toàn nên không được dùng.', en: 'The revocation information at hand is signed with an algorithm that is no longer safe and was not used.', ...tryLater },
  'revocation.responder': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Chưa biết chứng thư của máy chủ trả lời OCSP có bị thu hồi hay không nên câu trả lời không được dùng.', en: "Whether the OCSP responder's own certificate was revoked is not known, so its answer was not used.", ...tryLater },
  'revocation.stale': { indication: 'INDETERMINATE', subIndication: 'TRY_LATER', vi: 'Thông tin thu hồi hiện có quá cũ so với thời điểm cần kiểm tra.', en: 'The revocation information at hand is too old for the time to be checked.', ...tryLater },
  'time.future': { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', vi: 'Thời điểm ký ghi trong chữ ký nằm ở tương lai.', en: 'The time of signing stated in the signature lies in the future.', todoVi: 'Kiểm tra đồng hồ của máy chủ này; nếu đúng giờ thì đề nghị nơi ký chỉnh đồng hồ và ký lại.', todoEn: 'Check the clock of this server; if it is right, ask the signer to set theirs and sign again.' },
  'timestamp.invalid': { vi: 'Dấu thời gian kèm theo không đúng nên không được dùng.', en: 'The enclosed time stamp is wrong and was not used.', todoVi: 'Coi thời điểm ký là do người ký tự khai.', todoEn: 'Take the time of signing as claimed by the signer.' },
  'timestamp.untrusted': { vi: 'Dấu thời gian còn nguyên vẹn nhưng chưa kiểm tra được nơi cấp.', en: 'The time stamp is intact, but its issuer could not be checked.', todoVi: 'Quản trị viên khai báo chứng thư gốc và thông tin thu hồi của nơi cấp dấu thời gian.', todoEn: "The administrator adds the root certificate and the revocation information of the time stamp's issuer." },
  'timestamp.weak': { vi: 'Dấu thời gian dùng thuật toán không còn an toàn ({algorithm}).', en: 'The time stamp uses an algorithm that is no longer safe ({algorithm}).', todoVi: 'Coi thời điểm ký là do người ký tự khai.', todoEn: 'Take the time of signing as claimed by the signer.' },
  'timestamp.archiveInvalid': { vi: 'Dấu thời gian lưu trữ không khớp với những gì nó phải bảo vệ nên không được dùng.', en: 'An archive time stamp does not fit what it has to protect and was not used.', todoVi: 'Xin nơi lưu trữ bản còn nguyên vẹn; kết luận ở đây không dựa vào dấu này.', todoEn: 'Ask the archive for an untouched copy; the verdict does not rest on this time stamp.' },
  'timestamp.archiveUntrusted': { vi: 'Dấu thời gian lưu trữ còn nguyên vẹn nhưng chưa kiểm tra được nơi cấp.', en: 'An archive time stamp is intact, but its issuer could not be checked.', todoVi: 'Quản trị viên khai báo chứng thư gốc và thông tin thu hồi của nơi cấp dấu thời gian.', todoEn: "The administrator adds the root certificate and the revocation information of the time stamp's issuer." },
  'timestamp.missing': { vi: 'Không có dấu thời gian: thời điểm ký là do máy của người ký tự khai.', en: "There is no time stamp: the time of signing is what the signer's computer claimed.", ...noAction },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

export interface Problem {
  readonly code: ProblemCode;
  /** Values for the placeholders of the texts. */
  readonly values?: Readonly<Record<string, string>>;
}

const ranks = new Map<string, number>(Object.keys(problemKinds).map((code, i) => [code, i]));
const rankOf = ({ code }: Problem): number => ranks.get(code) ?? ranks.size;
const kindOf = (code: ProblemCode): ProblemKind => problemKinds[code];

/** The problems in the order of their weight, each code once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const first: Problem[] = [];
  for (const problem of problems) if (!first.some(({ code }) => code === problem.code)) first.push(problem);
  return first.length < 2 ? first : first.sort((a, b) => rankOf(a) - rankOf(b));
}

export interface Verdict {
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
}

/** The verdict that a set of problems amounts to. */
export function verdictOf(problems: readonly Problem[]): Verdict {
  let worst: ProblemKind | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const problem of problems) {
    const kind = kindOf(problem.code);
    if (kind.indication === undefined) continue;
    const rank = kind.indication === 'TOTAL-FAILED' ? rankOf(problem) : rankOf(problem) + ranks.size;
    if (rank >= lowest) continue;
    worst = kind;
    lowest = rank;
  }
  if (worst?.indication === undefined) return { indication: 'TOTAL-PASSED', subIndication: null };
  return { indication: worst.indication, subIndication: worst.subIndication ?? null };
}

/** The text of a problem with its values filled in. */
export function problemText(problem: Problem, language: 'vi' | 'en'): { readonly text: string; readonly todo: string } {
  const kind = kindOf(problem.code);
  const text = kind[language].replace(/\{(\w+)\}/g, (_, name: string) => localNumber(problem.values?.[name] ?? '?', language));
  return { text, todo: language === 'vi' ? kind.todoVi : kind.todoEn };
}

/** Vietnamese writes the decimal sign as a comma. */
function localNumber(value: string, language: 'vi' | 'en'): string {
  return language === 'vi' ? value.replace(/^(\d+)\.(\d)/, '$1,$2') : value;
}
