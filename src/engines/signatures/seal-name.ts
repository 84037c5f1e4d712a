/** The common name in the certificate of an installation's own seal: by it a verifier tells the seal from a person's or an agency's signature. */
export const SEAL_NAME = 'Báo cáo kiểm tra chữ ký số của Liên Thông';
