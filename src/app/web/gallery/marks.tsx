import { useState, type ReactNode } from 'react';
import { Avatar } from '#ui/data/avatar.tsx';
import { Badge, Count } from '#ui/data/badge.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { Kbd } from '#ui/data/kbd.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Tabs } from '#ui/data/tabs.tsx';
import { Details } from '#ui/layout/details.tsx';
import { now } from './sample-data.ts';

export function MarkSamples(): ReactNode {
  const [tab, setTab] = useState('waiting');
  return (
    <>
      <div className="gallery-row">
        <Badge>Bản giấy</Badge>
        <Badge tone="action">Mới</Badge>
        <Badge tone="done">Bản gốc điện tử</Badge>
        <Badge tone="warn">Khẩn</Badge>
        <Badge tone="danger">Hỏa tốc</Badge>
        <Count value={128} label="128 văn bản" />
        <Count value={4210} label="4.210 văn bản" />
      </div>
      <div className="gallery-row">
        <StateMark kind="ahead">Dự thảo</StateMark>
        <StateMark kind="present">Chờ ký</StateMark>
        <StateMark kind="done">Đã phát hành</StateMark>
        <StateMark kind="stopped">Trả lại</StateMark>
        <StateMark kind="quiet">Đã thu hồi</StateMark>
      </div>
      <div className="gallery-row">
        <DeadlineMark due="2026-03-20" now={now} />
        <DeadlineMark due="2026-03-05T10:00:00Z" now={now} />
        <DeadlineMark due="2026-03-05" now={now} short />
        <DeadlineMark due="2026-03-03T02:00:00Z" now={now} />
        <DeadlineMark due="2026-03-03" doneAt="2026-03-02T02:00:00Z" now={now} />
        <DeadlineMark due="2026-03-01" doneAt="2026-03-03T02:00:00Z" now={now} />
      </div>
      <div className="gallery-row">
        <Avatar name="Nguyễn Anh Tuấn" size="small" />
        <Avatar name="Lê Thị Hoa" />
        <Avatar name="Đỗ Minh Ánh" />
        <Avatar name="Trịnh Thị Mai" size="large" />
        <Kbd keys="Mod+k" />
        <Kbd keys="g v" />
        <Kbd keys="?" />
      </div>
      <Tabs
        label="Trạng thái văn bản"
        value={tab}
        onChange={setTab}
        items={[
          { id: 'waiting', label: 'Chờ vào sổ', count: 3, content: <Facts /> },
          { id: 'working', label: 'Đang xử lý', count: 12, content: <p>Mười hai văn bản đang xử lý.</p> },
          { id: 'done', label: 'Đã xong', content: <p>Các văn bản đã trả lời.</p> },
        ]}
      />
    </>
  );
}

function Facts(): ReactNode {
  return (
    <Details
      items={[
        { label: 'Số, ký hiệu', value: '1285/UBND-THKH' },
        { label: 'Ngày ban hành', value: '05/3/2026' },
        { label: 'Nơi ban hành', value: 'UBND tỉnh Thanh Hóa' },
        { label: 'Người ký', value: 'KT. Chủ tịch, Phó Chủ tịch Lê Văn Bình' },
        { label: 'Trích yếu', value: 'Về việc đẩy nhanh tiến độ giải ngân vốn đầu tư công năm 2026 trên địa bàn tỉnh', wide: true },
      ]}
    />
  );
}
