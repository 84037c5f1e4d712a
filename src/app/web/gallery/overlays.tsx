import Ellipsis from 'lucide-react/icons/ellipsis';
import Printer from 'lucide-react/icons/printer';
import Trash from 'lucide-react/icons/trash-2';
import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { IconButton } from '#ui/controls/icon-button.tsx';
import { TextArea } from '#ui/controls/text-area.tsx';
import { Banner } from '#ui/feedback/banner.tsx';
import { useToasts } from '#ui/feedback/toast.tsx';
import { ActDialog } from '#ui/overlays/act-dialog.tsx';
import { CommandPalette } from '#ui/overlays/command-palette.tsx';
import { Dialog } from '#ui/overlays/dialog.tsx';
import { HandOverDialog } from '#ui/overlays/hand-over-dialog.tsx';
import { Menu } from '#ui/overlays/menu.tsx';
import { ShortcutHelp } from '#ui/overlays/shortcut-help.tsx';
import { SidePanel } from '#ui/overlays/side-panel.tsx';
import { Tooltip } from '#ui/overlays/tooltip.tsx';
import { useCommands, type Command } from '#ui/commands.tsx';

const commands: readonly Command[] = [
  { id: 'in', label: 'Văn bản đến', group: 'Đi tới', keys: 'g d', run: () => undefined },
  { id: 'out', label: 'Văn bản đi', group: 'Đi tới', keys: 'g v', run: () => undefined },
  { id: 'new', label: 'Soạn văn bản mới', group: 'Việc làm', hint: 'Văn bản đi', run: () => undefined },
];

export function OverlaySamples(): ReactNode {
  const toasts = useToasts();
  const [open, setOpen] = useState<'dialog' | 'act' | 'handOver' | 'panel' | 'palette' | 'help' | undefined>(undefined);
  const close = () => setOpen(undefined);
  useCommands(commands);
  return (
    <>
      <div className="gallery-row">
        <Button onClick={() => setOpen('dialog')}>Mở hộp thoại</Button>
        <Button onClick={() => setOpen('act')}>Việc có lỗi từ máy chủ</Button>
        <Button onClick={() => setOpen('handOver')}>Giao khóa</Button>
        <Button onClick={() => setOpen('panel')}>Mở bảng bên</Button>
        <Button onClick={() => setOpen('palette')}>Tìm và thực hiện</Button>
        <Button onClick={() => setOpen('help')}>Phím tắt</Button>
        <SampleMenu />
        <Tooltip text="Ghi rõ cả ngày giờ khi rê chuột">
          <Button variant="plain">2 giờ trước</Button>
        </Tooltip>
        <Button onClick={() => toasts.show({ text: 'Đã phát hành tới 3 nơi nhận.', undo: () => undefined })}>Thông báo có hoàn tác</Button>
        <Button onClick={() => toasts.show({ text: 'Không gửi được tới UBND xã Mường Lát.', detail: 'Hệ thống tự gửi lại sau 5 phút.', tone: 'danger' })}>Thông báo lỗi</Button>
      </div>
      <Banner>Có bản mới của văn bản này. Tải lại để xem.</Banner>
      <Banner tone="warn" title="Chứng thư sắp hết hạn" actions={<Button size="small">Gia hạn</Button>}>
        Chứng thư của bạn hết hạn ngày 20/3/2026.
      </Banner>
      <Banner tone="danger" title="Nơi nhận đã giải thể">
        Thành phố Thanh Hóa đã kết thúc hoạt động từ 01/7/2025. Chọn một trong các phường kế thừa.
      </Banner>
      <Banner tone="done">Đã tiếp nhận đủ cả 3 nơi.</Banner>
      <ReturnDialog open={open === 'dialog'} onClose={close} />
      <SidePanel open={open === 'panel'} onClose={close} title="Thông tin văn bản" actions={<Button variant="primary">Lưu</Button>}>
        <p>Những gì thuộc về văn bản đang xem: thông tin, nơi nhận, nhật ký. Phần còn lại của màn hình vẫn dùng được.</p>
      </SidePanel>
      {open === 'act' && (
        <ActDialog
          title="Tạm dừng hệ thống"
          text="Không gửi đi và không nhận vào cho đến khi mở lại."
          verb="Tạm dừng"
          topics={[]}
          send={() => Promise.reject(new Error('Mất kết nối với máy chủ.'))}
          done="Đã tạm dừng."
          onClose={close}
        />
      )}
      {open === 'handOver' && <HandOverDialog title="Khóa của hệ thống" text="Khóa chỉ hiện lần này." parts={[{ label: 'Khóa', value: 'q7Hf-2kLm-9sTt-4vXz', note: 'Dùng được đến 22/11/2027' }]} onClose={close} />}
      {open === 'palette' && <CommandPalette open onClose={close} />}
      {open === 'help' && <ShortcutHelp open onClose={close} />}
    </>
  );
}

function SampleMenu(): ReactNode {
  const [shown, setShown] = useState(true);
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label="Việc khác" />}
      entries={[
        { id: 'print', label: 'In phiếu trình', icon: Printer, onSelect: () => undefined },
        { kind: 'check', id: 'check', label: 'Hiện đường đi', checked: shown, onChange: setShown },
        { kind: 'separator', id: 'line' },
        { id: 'delete', label: 'Xóa dự thảo', icon: Trash, danger: true, onSelect: () => undefined },
      ]}
    />
  );
}

function ReturnDialog({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('');
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Trả lại văn bản"
      description="Văn bản quay về người soạn thảo cùng lý do này; chữ ký đã có bị hủy."
      actions={
        <>
          <Button variant="primary" onClick={onClose}>
            Trả lại
          </Button>
          <Button onClick={onClose}>Thôi</Button>
        </>
      }
    >
      <TextArea label="Lý do trả lại" value={reason} onChange={setReason} required />
    </Dialog>
  );
}
