import { defineMessages } from '#ui/i18n.ts';

/** Words of how packets for a vendor's system are signed. */
export const signingMessages = defineMessages({
  vi: {
    label: 'Chữ ký gói tin',
    change: 'Đặt chữ ký gói tin',
    text: 'Chữ ký này bảo đảm gói tin trên đường đi. Chữ ký số có giá trị pháp lý nằm trong tệp văn bản và không đổi.',
    none: 'Không ký',
    noneHint: 'Khóa riêng đang giữ sẽ bị xóa.',
    standard: 'Theo chuẩn, SHA-256',
    standardHint: 'XML Signature của W3C. Chọn dạng này nếu bên kia không yêu cầu khác.',
    legacy: 'Dạng cũ, SHA-1',
    legacyHint: 'Chỉ chọn khi hệ thống bên kia dùng bộ công cụ Java cũ và không đọc được dạng chuẩn.',
    keyText: 'Chọn hai tệp PEM: chứng thư, và khóa riêng không đặt mật khẩu. Khóa riêng được mã hóa và không hiện lại; bên kia đọc được chứng thư.',
    keptText: 'Đang ký bằng chứng thư {subject}, hiệu lực đến {until}. Chọn hai tệp PEM khác để thay, hoặc để trống để giữ.',
    value: '{form}: {subject}, hiệu lực đến {until}',
    fingerprint: 'Vân tay chứng thư ký',
    save: 'Lưu',
    saved: 'Đã lưu. Có hiệu lực với gói tin bên kia lấy từ bây giờ.',
  },
  en: {
    label: 'Signature of packets',
    change: 'Set the signature of packets',
    text: 'It protects the packet on its way. The legal signature is the one inside the file, and stays as it is.',
    none: 'Unsigned',
    noneHint: 'The key that is kept is thrown away.',
    standard: 'Standard, SHA-256',
    standardHint: 'XML Signature of the W3C. Choose this unless the other side asks for another.',
    legacy: 'Older form, SHA-1',
    legacyHint: 'Only where the other side uses the old Java toolkit and cannot read the standard form.',
    keyText: 'Choose two PEM files: the certificate, and its private key without a password. The key is encrypted and never shown; the other side can read the certificate.',
    keptText: 'Signed with the certificate {subject}, valid until {until}. Choose two other PEM files to replace it, or none to keep it.',
    value: '{form}: {subject}, valid until {until}',
    fingerprint: 'Fingerprint of the signing certificate',
    save: 'Save',
    saved: 'Saved. It counts for packets that the other side fetches from now on.',
  },
});
