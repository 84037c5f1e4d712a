import FileSignature from 'lucide-react/icons/file-pen-line';
import Plus from 'lucide-react/icons/plus';
import Search from 'lucide-react/icons/search';
import Send from 'lucide-react/icons/send';
import Star from 'lucide-react/icons/star';
import { useState, type ReactNode } from 'react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Checkbox } from '#ui/controls/checkbox.tsx';
import { Combobox, MultiCombobox } from '#ui/controls/combobox.tsx';
import { DateField } from '#ui/controls/date-field.tsx';
import { FileDrop } from '#ui/controls/file-drop.tsx';
import { IconButton } from '#ui/controls/icon-button.tsx';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { Select } from '#ui/controls/select.tsx';
import { Switch } from '#ui/controls/switch.tsx';
import { SuggestField } from '#ui/controls/suggest-field.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { TextField } from '#ui/controls/text-field.tsx';
import { useUploads } from '#ui/controls/uploads.ts';
import { UploadWaitNote } from '#ui/controls/upload-wait.tsx';
import { agencies, agencyGroups, documentTypes } from './sample-data.ts';

export function ControlSamples(): ReactNode {
  return (
    <>
      <Buttons />
      <Fields />
      <Choices />
      <Files />
    </>
  );
}

function Buttons(): ReactNode {
  const [starred, setStarred] = useState(true);
  return (
    <>
      <div className="gallery-row">
        <Button variant="primary" icon={Send}>
          Phát hành
        </Button>
        <Button icon={FileSignature}>Trình ký</Button>
        <Button>Trả lại</Button>
        <Button variant="plain" icon={Plus}>
          Thêm nơi nhận
        </Button>
        <Button variant="danger">Thu hồi</Button>
        <ButtonLink to="/bo-thanh-phan">Mở sổ văn bản</ButtonLink>
        <IconButton icon={Search} label="Tìm trong danh sách" keys="Mod+k" />
        <IconButton icon={Star} label="Theo dõi" pressed={starred} onClick={() => setStarred(!starred)} />
      </div>
      <div className="gallery-row">
        <Button variant="primary" disabled>
          Phát hành
        </Button>
        <Button disabled>Trình ký</Button>
        <Button variant="plain" disabled>
          Thêm
        </Button>
        <Button variant="primary" loading>
          Đang ký
        </Button>
        <Button loading>Đang tải</Button>
        <Button size="small">Nhỏ</Button>
        <Button size="small" variant="primary">
          Vào sổ
        </Button>
        <IconButton icon={Search} size="small" label="Tìm" />
        <IconButton icon={Search} label="Chưa tìm được" disabled />
      </div>
    </>
  );
}

function Fields(): ReactNode {
  const [summary, setSummary] = useState('Về việc rà soát chỉ tiêu biên chế năm 2026');
  const [opinion, setOpinion] = useState('');
  const [type, setType] = useState<string | undefined>('CV');
  const [day, setDay] = useState<string | undefined>('2026-03-05');
  const [late, setLate] = useState<string | undefined>('2026-01-12');
  const [agency, setAgency] = useState<string | undefined>(undefined);
  const [sender, setSender] = useState<{ text: string; value: string | undefined }>({ text: 'Công ty cổ phần Lam Sơn', value: undefined });
  const [recipients, setRecipients] = useState<readonly string[]>(['snv', 'stc', 'ubnd-dongson']);
  return (
    <div className="gallery-form">
      <TextField label="Trích yếu" value={summary} onChange={setSummary} required />
      <TextField label="Số ký hiệu" value="" onChange={() => undefined} placeholder="ví dụ 12/SNV-VP" hint="Để trống: hệ thống cấp số kế tiếp trong sổ." optional />
      <TextField label="Mã định danh" value="H56.17" onChange={() => undefined} error="Mã này không có trong danh mục. Kiểm tra lại hoặc chọn từ danh bạ." />
      <TextField label="Tìm trong danh sách" hideLabel icon={Search} value="" onChange={() => undefined} placeholder="Tìm trong danh sách" type="search" />
      <TextField label="Thời hạn xử lý" value="15" onChange={() => undefined} inputMode="numeric" />
      <TextField label="Số đến" value="128" onChange={() => undefined} disabled />
      <TextField label="Nơi gửi (không sửa được)" value="Văn phòng UBND tỉnh" onChange={() => undefined} readOnly />
      <Select label="Loại văn bản" options={documentTypes} value={type} onChange={setType} />
      <Select label="Độ khẩn" options={[{ value: 'urgent', label: 'Khẩn' }]} value={undefined} onChange={() => undefined} placeholder="Chọn độ khẩn" error="Chọn độ khẩn của văn bản." />
      <DateField label="Hạn trả lời" value={day} onChange={setDay} />
      <DateField label="Ngày ban hành" value={late} onChange={setLate} min="2026-02-01" />
      <Combobox label="Đơn vị soạn thảo" options={agencies} value={agency} onChange={setAgency} placeholder="Gõ tên, không cần dấu" />
      <SuggestField label="Nơi gửi" options={agencies} text={sender.text} value={sender.value} onChange={(text, value) => setSender({ text, value })} hint="Chọn trong danh bạ hoặc ghi tự do." />
      <MultiCombobox
        label="Nơi nhận"
        options={[...agencyGroups, ...agencies]}
        values={recipients}
        onChange={setRecipients}
        placeholder="Gõ tên cơ quan hoặc nhóm"
        hint="Chọn một nhóm là chọn mọi cơ quan trong nhóm."
        required
      />
      <TextArea label="Ý kiến chỉ đạo" value={opinion} onChange={setOpinion} maxLength={500} hint="Bút phê này hiện trên đường đi của văn bản." />
    </div>
  );
}

function Choices(): ReactNode {
  const [checked, setChecked] = useState(true);
  const [mode, setMode] = useState<'all' | 'some' | undefined>('all');
  const [live, setLive] = useState(true);
  return (
    <div className="gallery-form">
      <div className="gallery-stack">
        <Checkbox label="Gửi kèm bản giấy" checked={checked} onChange={setChecked} />
        <Checkbox label="Một phần danh sách" checked={false} indeterminate onChange={() => undefined} />
        <Checkbox label="Chưa chọn" hint="Dòng giải thích nằm dưới." checked={false} onChange={() => undefined} />
        <Checkbox label="Không chọn được" checked disabled onChange={() => undefined} />
      </div>
      <RadioGroup
        label="Cách giao việc"
        value={mode}
        onChange={setMode}
        options={[
          { value: 'all', label: 'Một người chủ trì' },
          { value: 'some', label: 'Nhiều người phối hợp', hint: 'Mỗi người một nhánh trên đường đi.' },
        ]}
      />
      <div className="gallery-stack">
        <Switch label="Báo ngay khi có văn bản mới" checked={live} onChange={setLive} />
        <Switch label="Gửi thư tóm tắt hằng ngày" hint="Lúc 7:30 các ngày làm việc." checked={false} onChange={() => undefined} />
      </div>
    </div>
  );
}

function Files(): ReactNode {
  const uploads = useUploads<undefined>({ send: sendSlowly, rules: { endings: ['.pdf', '.docx'], mostBytes: 50_000_000 } });
  return (
    <div className="gallery-form">
      <FileDrop label="Văn bản chính" hint="PDF hoặc DOCX, tới 50 MB. Tệp gửi dở được gửi tiếp từ chỗ dừng." uploads={uploads} multiple />
      <FileDrop label="Phụ lục" hint="Mỗi phụ lục một tệp." error="Thiếu phụ lục mà văn bản chính nhắc tới." uploads={{ items: [], rules: {}, add: () => undefined, pause: () => undefined, resume: () => undefined, remove: () => undefined }} />
      <UploadWaitNote note={{ verb: 'vào sổ', hasChanged: false, cancel: () => undefined }} />
      <UploadWaitNote note={{ verb: 'vào sổ', hasChanged: true, cancel: () => undefined }} />
    </div>
  );
}

/** Stands for a slow network: half a megabyte each tenth of a second, on this page only. */
function sendSlowly(file: File, { onProgress, signal }: { onProgress?: ((progress: { sentBytes: number; totalBytes: number }) => void) | undefined; signal?: AbortSignal | undefined }): Promise<undefined> {
  return new Promise((resolve, reject) => {
    let sentBytes = 0;
    const timer = window.setInterval(() => {
      sentBytes = Math.min(file.size, sentBytes + 500_000);
      onProgress?.({ sentBytes, totalBytes: file.size });
      if (sentBytes < file.size) return;
      window.clearInterval(timer);
      resolve(undefined);
    }, 100);
    signal?.addEventListener('abort', () => {
      window.clearInterval(timer);
      reject(new DOMException('stopped', 'AbortError'));
    });
  });
}
