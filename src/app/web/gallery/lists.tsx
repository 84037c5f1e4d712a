import { useState, type ReactNode } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Badge } from '#ui/data/badge.tsx';
import { DataList, type Column } from '#ui/data/data-list.tsx';
import { DeadlineMark } from '#ui/data/deadline-mark.tsx';
import { StateMark } from '#ui/data/state-mark.tsx';
import { Table } from '#ui/data/table.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { formatDate, formatDateTime } from '#ui/format.ts';
import { RouteInline } from '#ui/route/route-inline.tsx';
import { letters, now, type LetterRow } from './sample-data.ts';

const columns: readonly Column<LetterRow>[] = [
  { id: 'number', label: 'Số, ký hiệu', width: '9.5rem', narrow: 'top', render: (row) => row.number },
  { id: 'sender', label: 'Nơi gửi', width: '12rem', narrow: 'below', optional: true, render: (row) => row.sender },
  {
    id: 'summary',
    label: 'Trích yếu',
    narrow: 'title',
    render: (row) => (
      <>
        {row.urgent && <Badge tone="danger">Khẩn</Badge>} {row.summary}
      </>
    ),
  },
  { id: 'route', label: 'Đường đi', width: '10rem', narrow: 'hidden', optional: true, render: (row) => <RouteInline label={`Đường đi của ${row.number}`} stations={row.route} /> },
  { id: 'state', label: 'Trạng thái', width: '8.5rem', narrow: 'below', render: (row) => <StateMark kind={row.state.kind}>{row.state.label}</StateMark> },
  { id: 'due', label: 'Hạn', width: '9rem', narrow: 'aside', render: (row) => row.due !== undefined && <DeadlineMark due={row.due} now={now} short doneAt={row.state.kind === 'done' ? '2026-03-04T02:00:00Z' : undefined} /> },
  { id: 'arrived', label: 'Đến lúc', width: '9rem', align: 'end', narrow: 'below', optional: 'hidden', render: (row) => formatDateTime(row.arrivedAt) },
];

const rowId = (row: LetterRow) => row.id;

export function ListSamples(): ReactNode {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(['3']));
  const [openId, setOpenId] = useState<string | undefined>('4');
  return (
    <>
      <div className="gallery-list">
        <DataList
          label="Văn bản đến"
          columns={columns}
          rows={letters}
          rowId={rowId}
          onOpen={(row) => setOpenId(row.id)}
          openId={openId}
          isUnread={(row) => row.unread}
          selection={{ selected, onChange: setSelected }}
          bulkActions={() => <Button size="small">Chuyển xử lý</Button>}
          paging={{ onMore: () => undefined }}
          storageKey="gallery"
          empty={null}
        />
      </div>
      <div className="gallery-two">
        <div className="gallery-list gallery-narrow">
          <DataList label="Văn bản đến, cột hẹp" columns={columns} rows={letters} rowId={rowId} onOpen={(row) => setOpenId(row.id)} openId={openId} isUnread={(row) => row.unread} paging={{ onMore: () => undefined }} empty={null} />
        </div>
        <div className="gallery-list">
          <DataList label="Danh sách đang tải" columns={columns} rows={undefined} rowId={rowId} skeletonRows={5} empty={null} />
        </div>
        <div className="gallery-list">
          <DataList label="Danh sách trống" columns={columns} rows={[]} rowId={rowId} empty={<EmptyState title="Chưa có văn bản đến nào">Văn bản từ cơ quan khác tự hiện ở đây ngay khi tới, kèm kết quả kiểm tra chữ ký.</EmptyState>} />
        </div>
      </div>
      <Table
        caption="Sổ đăng ký văn bản đến (mẫu theo Nghị định 30/2020/NĐ-CP)"
        ruled
        rows={letters}
        rowId={rowId}
        columns={[
          { id: 'day', label: 'Ngày đến', render: (row) => formatDate(row.arrivedAt) },
          { id: 'no', label: 'Số đến', align: 'center', render: (row) => 120 + Number(row.id) },
          { id: 'sender', label: 'Tác giả', render: (row) => row.sender },
          { id: 'number', label: 'Số, ký hiệu', render: (row) => row.number },
          { id: 'summary', label: 'Tên loại và trích yếu nội dung', render: (row) => row.summary },
          { id: 'note', label: 'Ghi chú', render: () => '' },
        ]}
      />
    </>
  );
}
