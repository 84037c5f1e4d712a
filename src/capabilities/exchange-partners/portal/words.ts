import type { Conformance } from '#engines/exchange/index.ts';

export type Language = 'vi' | 'en';
type Step = Conformance['steps'][number]['step'];
type Words = {
  place: string;
  footer: string;
  askTitle: string;
  askLead: string;
  systemId: string;
  secret: string;
  secretHint: string;
  open: string;
  wrong: string;
  wrongTodo: string;
  title: (name: string) => string;
  lead: (done: number, all: number) => string;
  all: string;
  notSandbox: string;
  facts: (own: string, others: string) => string;
  address: string;
  refresh: string;
  done: string;
  notYet: string;
  lastError: string;
  steps: Record<Step, { title: string; how: string }>;
};

export const words: Record<Language, Words> = {
  vi: {
    place: 'Thử kết nối',
    footer: 'Trang này chỉ cho biết hệ thống của bạn đã làm được những bước nào. Không có nội dung văn bản.',
    askTitle: 'Kiểm tra kết nối của hệ thống bạn',
    askLead: 'Dành cho đơn vị làm phần mềm quản lý văn bản kết nối với tỉnh. Nhập mã hệ thống và khóa mà quản trị viên tỉnh đã cấp.',
    systemId: 'Mã hệ thống',
    secret: 'Khóa',
    secretHint: 'Bắt đầu bằng lt_',
    open: 'Xem bảng kiểm',
    wrong: 'Sai mã hệ thống hoặc khóa',
    wrongTodo: 'Kiểm tra lại, hoặc xin quản trị viên tỉnh cấp khóa mới nếu khóa đã hết hạn.',
    title: (name) => `Bảng kiểm kết nối: ${name}`,
    lead: (done, all) => `Đã xong ${String(done)} trên ${String(all)} bước.`,
    all: 'Hệ thống đã làm được mọi bước. Báo quản trị viên tỉnh để chuyển sang chế độ thật.',
    notSandbox: 'Hệ thống đang ở chế độ thật nên các bước không được ghi nhận. Đề nghị quản trị viên tỉnh bật chế độ thử nghiệm.',
    facts: (own, others) => `Cơ quan thử nghiệm của bạn có mã ${own}. Gửi đến ${others}; hai cơ quan này tự trả lời.`,
    address: 'Địa chỉ gọi',
    refresh: 'Xem lại',
    done: 'Đã làm được',
    notYet: 'Chưa làm',
    lastError: 'Lỗi gần nhất',
    steps: {
      registered: { title: 'Đăng ký cơ quan', how: 'Gọi /v1/registerAgency với mã cơ quan thử nghiệm. Sau đó hai cơ quan thử nghiệm gửi cho bạn hai văn bản.' },
      listed: { title: 'Lấy danh sách cơ quan', how: 'Gọi /v1/getAgenciesList.' },
      sent: { title: 'Gửi một văn bản đúng quy chuẩn', how: 'Gọi /v1/sendEdoc với gói tin edXML.' },
      duplicate: { title: 'Gửi lại đúng gói tin đó', how: 'Gửi lại cùng nội dung: phải nhận lại cùng một DocId.' },
      received: { title: 'Lấy danh sách gói tin chờ nhận', how: 'Gọi /v1/getReceivedEdocList.' },
      fetched: { title: 'Tải một gói tin', how: 'Gọi /v1/getEdoc với docId trong danh sách.' },
      acknowledged: { title: 'Báo đã nhận gói tin', how: 'Gọi /v1/updateStatus với trạng thái done.' },
      status03: { title: 'Trả lời đã tiếp nhận (03)', how: 'Gửi gói tin trạng thái qua /v1/sendEdoc.' },
      status04: { title: 'Trả lời phân công xử lý (04)', how: 'Gửi gói tin trạng thái qua /v1/sendEdoc.' },
      status05: { title: 'Trả lời đang xử lý (05)', how: 'Gửi gói tin trạng thái qua /v1/sendEdoc.' },
      status06: { title: 'Trả lời hoàn thành (06)', how: 'Gửi gói tin trạng thái qua /v1/sendEdoc.' },
      recall: { title: 'Trả lời yêu cầu thu hồi (15 hoặc 16)', how: 'Tiếp nhận văn bản của cơ quan thử nghiệm B (03); văn bản đó sẽ bị thu hồi, trả lời gói tin thu hồi.' },
    },
  },
  en: {
    place: 'Trying a connection',
    footer: 'This page only tells which steps your system has done. It shows no content of documents.',
    askTitle: 'Check the connection of your system',
    askLead: 'For makers of document systems that connect to the province. Enter the system id and the key that the province’s administrator issued.',
    systemId: 'System id',
    secret: 'Key',
    secretHint: 'Begins with lt_',
    open: 'Show the checklist',
    wrong: 'Wrong system id or key',
    wrongTodo: 'Check them, or ask the province’s administrator for a new key if it has expired.',
    title: (name) => `Checklist: ${name}`,
    lead: (done, all) => `${String(done)} of ${String(all)} steps done.`,
    all: 'Your system has done all steps. Tell the province’s administrator, who puts it into real operation.',
    notSandbox: 'The system is in real operation, so steps are not noted. Ask the province’s administrator for the sandbox.',
    facts: (own, others) => `Your agency for trying has the code ${own}. Send to ${others}; these two answer by themselves.`,
    address: 'Address to call',
    refresh: 'Look again',
    done: 'Done',
    notYet: 'Not yet',
    lastError: 'Last error',
    steps: {
      registered: { title: 'Register the agency', how: 'Call /v1/registerAgency with the code of your agency for trying. The two agencies then send you two letters.' },
      listed: { title: 'List the agencies', how: 'Call /v1/getAgenciesList.' },
      sent: { title: 'Send a valid document', how: 'Call /v1/sendEdoc with an edXML packet.' },
      duplicate: { title: 'Send the same packet again', how: 'Send the same bytes: the same DocId must come back.' },
      received: { title: 'List the packets that wait', how: 'Call /v1/getReceivedEdocList.' },
      fetched: { title: 'Fetch a packet', how: 'Call /v1/getEdoc with a docId of the list.' },
      acknowledged: { title: 'Say that you have it', how: 'Call /v1/updateStatus with the status done.' },
      status03: { title: 'Answer registered (03)', how: 'Send a status packet with /v1/sendEdoc.' },
      status04: { title: 'Answer assigned (04)', how: 'Send a status packet with /v1/sendEdoc.' },
      status05: { title: 'Answer in process (05)', how: 'Send a status packet with /v1/sendEdoc.' },
      status06: { title: 'Answer completed (06)', how: 'Send a status packet with /v1/sendEdoc.' },
      recall: { title: 'Answer a recall (15 or 16)', how: 'Register the letter of agency B (03); it is then recalled: answer the packet of the recall.' },
    },
  },
};
