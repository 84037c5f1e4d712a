/** Everything that can be wrong with a message, in words for people. A fatal problem ends the reading, a warning is noted and the message is read all the same. */

export type EdxmlSeverity = 'fatal' | 'warning';

interface ProblemText {
  readonly severity: EdxmlSeverity;
  readonly vi: string;
  readonly en: string;
}

const fatal = (vi: string, en: string): ProblemText => ({ severity: 'fatal', vi, en });
const warning = (vi: string, en: string): ProblemText => ({ severity: 'warning', vi, en });

const edxmlProblemTexts = {
  // The file itself.
  'edxml.malformed': fatal('Gói tin không phải XML đúng quy cách; đề nghị nơi gửi xuất lại và gửi lại.', 'The message is not well-formed XML; ask the sender to export and send it again.'),
  'edxml.encoding': fatal('Không đọc được bảng mã của gói tin; đề nghị nơi gửi dùng UTF-8.', 'The encoding of the message cannot be read; ask the sender to use UTF-8.'),
  'edxml.doctype': fatal('Gói tin có khai báo DOCTYPE, bị từ chối vì có thể giấu nội dung hoặc đọc tệp khác.', 'The message has a DOCTYPE, which is refused because it can hide content or read other files.'),
  'edxml.entity': fatal('Gói tin dùng thực thể không có sẵn trong XML.', 'The message uses an entity that XML does not predefine.'),
  'edxml.instruction': fatal('Gói tin có chỉ thị xử lý (<?…?>), không được phép.', 'The message has a processing instruction (<?…?>), which is not allowed.'),
  'edxml.tooLarge': fatal('Gói tin vượt giới hạn về dung lượng, độ lồng nhau hoặc số phần tử.', 'The message is beyond a limit of size, nesting or number of elements.'),
  'edxml.notEdxml': fatal('Tệp không phải gói tin edXML.', 'The file is not an edXML message.'),
  'edxml.soap': fatal('Gói tin theo khuôn SOAP năm 2014, không còn dùng; đề nghị nơi gửi nâng cấp theo QCVN 102:2016/BTTTT.', 'The message is in the SOAP form of 2014, which is no longer used; ask the sender to follow QCVN 102:2016/BTTTT.'),
  'edxml.ambiguous': fatal('Một phần chỉ được có một lần lại có nhiều lần, không biết phần nào đúng.', 'A part that may stand once stands several times; which one counts cannot be told.'),
  'edxml.missing': fatal('Gói tin thiếu một mục bắt buộc.', 'The message lacks a required element.'),
  'edxml.businessType': fatal('Loại nghiệp vụ không thuộc 0 mới, 1 thu hồi, 2 cập nhật, 3 thay thế.', 'The business type is none of 0 new, 1 revoke, 2 update, 3 replace.'),
  'edxml.businessTarget': fatal('Gói tin thu hồi, cập nhật hoặc thay thế không nói về văn bản nào.', 'A revocation, update or replacement does not say which document it is about.'),
  'edxml.statusCode': fatal('Mã trạng thái không thuộc 01–06, 13, 15, 16.', 'The status code is none of 01 to 06, 13, 15, 16.'),
  // Forms of XML that strict readers would stumble over.
  'edxml.encodingLabel': warning('Bảng mã ghi trong gói tin không đúng với nội dung.', 'The encoding that the message states is not the one it is in.'),
  'edxml.spaceBefore': warning('Có khoảng trắng trước khai báo XML.', 'There is white space before the XML declaration.'),
  'edxml.prefix': warning('Tiền tố không gian tên chưa khai báo.', 'A namespace prefix is not declared.'),
  'edxml.namespace': warning('Không gian tên không phải của QCVN 102:2016/BTTTT.', 'The namespace is not that of QCVN 102:2016/BTTTT.'),
  'edxml.repeated': warning('Mục có nhiều lần, chỉ lấy lần đầu.', 'An element stands several times; the first one is taken.'),
  'edxml.unknown': warning('Mục không thuộc quy chuẩn, được giữ nguyên bên cạnh.', 'An element outside the standard is kept beside the message.'),
  'edxml.long': warning('Nội dung dài hơn quy chuẩn, được giữ nguyên.', 'A value is longer than the standard says; it is kept whole.'),
  // Values.
  'edxml.day': warning('Ngày không theo dạng năm/tháng/ngày, đọc theo dạng ngày/tháng/năm hoặc ISO.', 'A date is not in the form year/month/day; it was read as day/month/year or ISO.'),
  'edxml.dayUnreadable': warning('Không đọc được ngày.', 'A date cannot be read.'),
  'edxml.instant': warning('Thời điểm không theo dạng năm/tháng/ngày giờ:phút:giây.', 'A time is not in the form year/month/day hour:minute:second.'),
  'edxml.instantUnreadable': warning('Không đọc được thời điểm.', 'A time cannot be read.'),
  'edxml.number': warning('Giá trị phải là số nguyên nhưng không phải.', 'A value that must be a whole number is none.'),
  'edxml.priority': warning('Mức độ khẩn không thuộc 0 đến 4.', 'The urgency is none of 0 to 4.'),
  'edxml.duplicateReceiver': warning('Một cơ quan nhận được ghi nhiều lần.', 'A receiving agency is listed more than once.'),
  'edxml.documentId': warning('Mã văn bản không theo dạng mã cơ quan,ngày,số/ký hiệu.', 'The document id is not of the form agency,day,number/notation.'),
  'edxml.documentIdMissing': warning('Thiếu mã văn bản, được ghép từ mã cơ quan, ngày và số, ký hiệu.', 'The document id is missing; it was put together from agency, day, number and notation.'),
  'edxml.businessMissing': warning('Thiếu phần nghiệp vụ, coi là văn bản mới.', 'The business part is missing; the document is taken as new.'),
  'edxml.traceMissing': warning('Thiếu vết chuyển nhận (TraceHeader).', 'The trace of hops is missing.'),
  'edxml.statusCodeForm': warning('Mã trạng thái không viết bằng hai chữ số.', 'The status code is not written with two digits.'),
  // Attachments.
  'edxml.attachmentMissing': warning('Danh mục nêu một tệp không có trong gói tin.', 'The manifest names a file that is not in the message.'),
  'edxml.attachmentUnlisted': warning('Tệp đính kèm không có trong danh mục.', 'An attachment is not in the manifest.'),
  'edxml.duplicateContentId': warning('Hai tệp đính kèm cùng một mã ContentId.', 'Two attachments have the same ContentId.'),
  'edxml.attachmentName': warning('Tên tệp đính kèm có đường dẫn hoặc ký tự không được phép, đã được làm sạch.', 'The name of an attachment held a path or characters that are not allowed; it was cleaned.'),
  'edxml.attachmentDamaged': warning('Tệp đính kèm không phải Base64 đúng quy cách, không lấy được nội dung.', 'An attachment is not proper Base64; its content could not be taken.'),
  'edxml.attachmentEmpty': warning('Tệp đính kèm rỗng.', 'An attachment is empty.'),
  'edxml.attachmentPadding': warning('Base64 của tệp đính kèm thiếu ký tự đệm.', 'The Base64 of an attachment lacks its padding.'),
  'edxml.attachmentUnwrapped': warning('Tệp đính kèm bị bộ công cụ của nơi gửi nén ZIP, đã được giải nén.', 'The sender’s toolkit had put an attachment into a ZIP; it was taken out.'),
  'edxml.attachmentBomb': warning('Tệp ZIP giải nén quá lớn so với dung lượng, chỉ giữ tệp như đã gửi.', 'A ZIP expands far beyond its size; only the file as sent is kept.'),
  'edxml.attachmentZip': warning('Tệp ZIP không phải do bộ công cụ nén một tệp, giữ như đã gửi.', 'A ZIP is not one that the toolkit wrapped around a single file; it is kept as sent.'),
  'edxml.mediaType': warning('Kiểu tệp ghi trong gói tin không đúng với nội dung.', 'The stated content type is not what the file is.'),
  // The signature of the packet; the legal one is inside the file.
  'edxml.signatureBroken': warning('Chữ ký của gói tin không khớp nội dung.', 'The signature of the packet does not fit its content.'),
  'edxml.signatureUnusable': warning('Không kiểm tra được chữ ký của gói tin.', 'The signature of the packet cannot be checked.'),
  'edxml.signatureWeak': warning('Chữ ký của gói tin dùng SHA-1, không còn được phép.', 'The signature of the packet uses SHA-1, which is no longer allowed.'),
  // Writing.
  'edxml.noReceiver': fatal('Gói tin phải có ít nhất một cơ quan nhận.', 'A message needs at least one receiving agency.'),
  'edxml.receiverTwice': fatal('Một cơ quan nhận được ghi hai lần; bỏ bớt một.', 'A receiving agency is listed twice; take one off.'),
  'edxml.comma': fatal('Mã cơ quan, số hoặc ký hiệu có dấu phẩy làm nơi nhận tách sai mã văn bản.', 'A comma in agency code, number or notation makes receivers split the document id wrongly.'),
  'edxml.incomplete': fatal('Thiếu mục bắt buộc để lập gói tin.', 'A required value for the message is missing.'),
  'edxml.contentIdTwice': fatal('Hai tệp đính kèm cùng một mã ContentId.', 'Two attachments have the same ContentId.'),
  'edxml.signerMissing': fatal('Nơi nhận đòi gói tin có chữ ký nhưng chưa có khóa ký.', 'The partner wants a signed packet and no key was given.'),
  'edxml.sourceChanged': fatal('Tệp đính kèm thay đổi trong lúc lập gói tin; gửi lại.', 'An attachment changed while the message was written; send again.'),
  // Mapping.
  'edxml.typeUnknown': warning('Tên loại văn bản không thuộc danh mục hiện hành.', 'The name of the document type is not on the list in force.'),
  'edxml.timedFlash': warning('Hỏa tốc hẹn giờ không còn trong NĐ 30/2020/NĐ-CP, được coi là hỏa tốc.', 'Timed flash is no longer in NĐ 30/2020/NĐ-CP; it is taken as flash.'),
  'edxml.numberFromId': warning('Số, ký hiệu được lấy từ mã văn bản.', 'Number and notation were taken from the document id.'),
  'edxml.notEnvelope': fatal('Thông tin văn bản không đủ hoặc quá dài so với hồ sơ nhận.', 'The document’s data are incomplete or too long for our record.'),
  'edxml.stateSecret': fatal('Văn bản bí mật nhà nước không được gửi qua trục (Quyết định 28/2018/QĐ-TTg, Điều 1.2).', 'State-secret documents must not go over the axis (Decision 28/2018/QĐ-TTg, Art. 1.2).'),
} as const satisfies Record<string, ProblemText>;

export type EdxmlProblemCode = keyof typeof edxmlProblemTexts;

/** Where in the message: a path of local names (`/edXML/…/Subject`) and the byte at which it stands; both unknown for what is missing as a whole. */
export interface EdxmlPlace {
  readonly path: string;
  readonly offset: number | null;
}

export interface EdxmlProblem extends EdxmlPlace {
  readonly code: EdxmlProblemCode;
  readonly severity: EdxmlSeverity;
  readonly vi: string;
  readonly en: string;
  /** What was found, at most 200 characters: for the person who looks into it. */
  readonly detail: string;
}

/** A problem with its words. */
export function edxmlProblem(code: EdxmlProblemCode, place: EdxmlPlace, detail = ''): EdxmlProblem {
  const { severity, vi, en } = edxmlProblemTexts[code];
  return { code, severity, vi, en, path: place.path, offset: place.offset, detail: detail.slice(0, 200) };
}

/** Carries a fatal problem out of the depth of reading or writing. */
export class EdxmlError extends Error {
  override readonly name = 'EdxmlError';
  readonly problem: EdxmlProblem;
  constructor(problem: EdxmlProblem, options?: ErrorOptions) {
    super(`${problem.code} at ${problem.path || '/'}${problem.offset === null ? '' : ` (byte ${problem.offset})`}: ${problem.en} ${problem.detail}`.trimEnd(), options);
    this.problem = problem;
  }
}
