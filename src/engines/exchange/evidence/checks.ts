/** Everything that the verifier looks at, in words. A check passed, failed, or could only be warned about. */
const texts = {
  'container.unreadable': { vi: 'Tệp không phải gói chứng cứ, hoặc bị hỏng đến mức không đọc được.', en: 'This is no evidence package, or it is damaged beyond reading.' },
  'container.exact': { vi: 'Gói còn nguyên từng byte, không có gì chèn thêm.', en: 'The container is exact to the byte, nothing was put in between.' },
  'part.damaged': { vi: 'Phần này bị hỏng.', en: 'This part is damaged.' },
  'part.intact': { vi: 'Các phần của gói khớp mục lục.', en: 'The parts of the package agree with its list.' },
  'part.changed': { vi: 'Phần này đã bị thay đổi sau khi lập gói.', en: 'This part was changed after the package was made.' },
  'part.missing': { vi: 'Phần này có trong mục lục nhưng không có trong gói.', en: 'This part is listed but not in the package.' },
  'part.unlisted': { vi: 'Phần này không có trong mục lục.', en: 'This part is not listed.' },
  'manifest.unreadable': { vi: 'Mục lục của gói không đọc được.', en: 'The list of the package cannot be read.' },
  'manifest.otherVersion': { vi: 'Gói thuộc phiên bản khác của định dạng nên chưa được kiểm tra.', en: 'The package is of another version of the format and was not checked.' },
  'seal.valid': { vi: 'Dấu niêm phong của hệ thống lập gói hợp lệ.', en: 'The seal of the installation that made the package is valid.' },
  'seal.invalid': { vi: 'Dấu niêm phong không hợp lệ.', en: 'The seal does not hold.' },
  'seal.untrusted': { vi: 'Chưa xác minh được ai niêm phong gói: chưa có chứng thư gốc tin cậy. Thêm --trust=THƯ_MỤC.', en: 'Who sealed the package is not proven: no trusted root leads to it. Add --trust=FOLDER.' },
  'seal.stranger': { vi: 'Chữ ký trên gói hợp lệ nhưng không phải dấu niêm phong của hệ thống nào: ai ký cũng có thể tự bịa nội dung.', en: 'What signs the package is valid, but it is no installation’s seal: whoever signed may have made it all up.' },
  'envelope.intact': { vi: 'Gói tin đúng là gói mà biên nhận nhắc đến.', en: 'The envelope is the one that the receipts name.' },
  'envelope.changed': { vi: 'Gói tin không khớp mã băm đã ghi.', en: 'The envelope does not fit its recorded hash.' },
  'envelope.mislabelled': { vi: 'Mục lục ghi về văn bản, tệp hoặc nơi gửi khác với gói tin.', en: 'The list says something else about the document, its files or its sender than the envelope.' },
  'envelope.ambiguous': { vi: 'Gói tin có trường lặp lại hoặc ký tự hỏng: hai phần mềm có thể đọc thành hai nội dung.', en: 'The envelope has a field twice, or bytes that are no text: two programs may read two contents.' },
  'file.matches': { vi: 'Tệp đúng là tệp ghi trong gói tin.', en: 'The file is the one that the envelope names.' },
  'file.differs': { vi: 'Tệp không phải tệp ghi trong gói tin.', en: 'The file is not the one that the envelope names.' },
  'signature.valid': { vi: 'Chữ ký số trên tệp hợp lệ.', en: 'The signatures of the file are valid.' },
  'signature.invalid': { vi: 'Chữ ký số trên tệp không hợp lệ.', en: 'A signature of the file is not valid.' },
  'signature.undetermined': { vi: 'Chưa kết luận được về chữ ký số trên tệp.', en: 'It is not known whether the signatures of the file are valid.' },
  'signature.absent': { vi: 'Tệp không có chữ ký số, như đã ghi khi gửi.', en: 'The file carries no signature, as was recorded when it was sent.' },
  'signature.unreadable': { vi: 'Tệp không đọc được nên chưa biết chữ ký số ra sao.', en: 'The file cannot be read, so nothing is known of its signatures.' },
  'report.contradicts': { vi: 'Báo cáo kiểm tra chữ ký số lưu trong gói khác với kết quả kiểm tra lại.', en: 'The kept report on the signatures says something else than what is found now.' },
  'receipt.valid': { vi: 'Biên nhận có chữ ký đúng và nói về gói tin này.', en: 'The receipts are genuine and about this envelope.' },
  'receipt.forged': { vi: 'Biên nhận không đúng chữ ký của hệ thống bên nhận.', en: 'This receipt was not signed by the receiving side.' },
  'receipt.other': { vi: 'Biên nhận nói về gói tin khác.', en: 'This receipt is about another envelope.' },
  'receipt.mislabelled': { vi: 'Mục lục ghi sai nội dung của biên nhận.', en: 'The list says something else than the receipt.' },
  'receipt.doubled': { vi: 'Biên nhận này đã có trong gói: một lần trả lời không được kể hai lần.', en: 'This receipt stands in the package before: one answer is not told twice.' },
  'receipt.unsigned': { vi: 'Hệ thống bên nhận không cấp biên nhận có chữ ký; chỉ có nhật ký bên gửi nói về trả lời này.', en: 'The recipient’s system signs no receipts; only the sender’s record tells of this answer.' },
  'receipt.unbound': { vi: 'Biên nhận của cơ quan kế thừa ghi tên cơ quan khác mà nó cũng kế thừa, nên không chứng minh được riêng cho nơi nhận này.', en: 'This receipt of a successor names another agency that it succeeded, so it does not prove the answer for this very recipient.' },
  'receipt.missing': { vi: 'Nhật ký ghi có trả lời này nhưng trong gói không có biên nhận.', en: 'The record tells of this answer, but its receipt is not in the package.' },
  'receipt.untold': { vi: 'Nhật ký không ghi trả lời này, hoặc ghi thời điểm khác: biên nhận được thêm vào sau.', en: 'The record does not tell of this answer, or tells of another time: the receipt was put in later.' },
  'receipt.none': { vi: 'Chưa có biên nhận nào: bên nhận chưa trả lời khi lập gói.', en: 'There is no receipt: no recipient had answered when the package was made.' },
  'log.proven': { vi: 'Mọi mục nhật ký đều nằm trong cây đã niêm phong.', en: 'Every entry of the record stands in the sealed tree.' },
  'log.changed': { vi: 'Mục nhật ký này không nằm trong cây đã niêm phong: nội dung hoặc chứng minh bị sửa.', en: 'This entry does not stand in the sealed tree: it or its proof was altered.' },
  'log.unreadable': { vi: 'Phần nhật ký không đọc được.', en: 'The part with the record cannot be read.' },
  'log.silent': { vi: 'Nhật ký không có mục nào nói về việc gửi, nhận gói tin này.', en: 'The record has no entry about the sending or arrival of this envelope.' },
  'log.recovered': {
    vi: 'Mục ghi việc gửi đã mất cùng cơ sở dữ liệu cũ; gói tin được ghi lại theo bản mà bên nhận đang giữ.',
    en: 'The entry of its sending was lost with an earlier database; the envelope was written back from what the receiving side has.',
  },
  'log.otherAgency': { vi: 'Mục nhật ký này thuộc cơ quan khác, không thuộc cơ quan lập gói.', en: 'This entry is of another agency’s record than that of whoever made the package.' },
  'log.doubled': { vi: 'Mục nhật ký này xuất hiện hai lần.', en: 'This entry stands there twice.' },
  'log.contradicts': { vi: 'Nhật ký nói về một nội dung khác của gói tin.', en: 'The record tells of another content of the envelope.' },
  'log.sealedLate': { vi: 'Chưa chứng minh được thời điểm ghi trong mục nhật ký này.', en: 'The time that this entry tells is not proven.' },
  'log.olderForm': {
    vi: 'Gói được lập trước khi gói kèm các gốc cây đóng dấu thời gian sớm hơn, nên chỉ chứng minh được thời điểm lập gói. Xuất lại gói từ hệ thống đã lập rồi kiểm tra lại.',
    en: 'The package was made before packages carried earlier time-stamped roots, so it proves the time of its making alone. Export the package again where it was made and verify that.',
  },
  'log.stampForged': { vi: 'Gốc cây có dấu thời gian này không phải phần đầu của cùng nhật ký.', en: 'This time-stamped root is not the beginning of the same record.' },
  'head.signed': { vi: 'Gốc cây nhật ký có chữ ký đúng.', en: 'The root of the record is signed.' },
  'head.forged': { vi: 'Chữ ký trên gốc cây nhật ký không đúng.', en: 'The signature of the root of the record does not hold.' },
  'head.otherKey': { vi: 'Gốc cây được ký bằng khóa khác với khóa bạn đưa vào.', en: 'The root was signed with another key than the one that you gave.' },
  'head.witnessed': { vi: 'Gốc mà nhân chứng độc lập giữ thuộc đúng nhật ký này.', en: 'The root that an independent witness holds belongs to this very record.' },
  'head.contradicted': { vi: 'Nhân chứng giữ gốc không phải của nhật ký này: nhật ký đã bị viết lại.', en: 'A witness holds a root that does not belong to this record: the record was rewritten.' },
  'head.uncompared': { vi: 'Gốc mà nhân chứng giữ thuộc nhật ký khác, hoặc kích thước khác mà không có chứng minh nhất quán kèm theo (--consistency), nên không so được.', en: 'The root that the witness kept is of another record, or of another size without a consistency proof (--consistency), and could not be compared.' },
  'timestamp.valid': { vi: 'Gốc cây nhật ký có dấu thời gian hợp lệ.', en: 'The root of the record is time-stamped.' },
  'timestamp.invalid': { vi: 'Dấu thời gian của gốc cây không hợp lệ.', en: 'The time stamp of the root does not hold.' },
  'timestamp.missing': { vi: 'Gốc cây nhật ký không có dấu thời gian.', en: 'The root of the record has no time stamp.' },
} as const satisfies Record<string, { vi: string; en: string }>;

export type EvidenceCheckCode = keyof typeof texts;
export type EvidenceOutcome = 'passed' | 'warned' | 'failed';

export type EvidenceCheck = {
  code: EvidenceCheckCode;
  outcome: EvidenceOutcome;
  /** The part of the package, the entry or the recipient that it is about; empty for the whole. */
  about: string;
  vi: string;
  en: string;
};

/** One finding with its words; `detail` says more, in both languages. */
export function check(code: EvidenceCheckCode, outcome: EvidenceOutcome, about = '', detail?: { vi: string; en: string }): EvidenceCheck {
  const { vi, en } = texts[code];
  return { code, outcome, about, vi: detail === undefined ? vi : `${vi} ${detail.vi}`, en: detail === undefined ? en : `${en} ${detail.en}` };
}
