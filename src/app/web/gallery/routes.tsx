import type { ReactNode } from 'react';
import { RouteInline } from '#ui/route/route-inline.tsx';
import { RouteLine } from '#ui/route/route-line.tsx';
import { Timeline } from '#ui/route/timeline.tsx';
import { issuedRoute, manyBranches, now, returnedRoute, waitingRoute } from './sample-data.ts';

export function RouteSamples(): ReactNode {
  return (
    <>
      <div className="gallery-row">
        <RouteInline label="Đường đi của văn bản đang chờ ký" stations={waitingRoute} />
        <RouteInline label="Đường đi của văn bản đã phát hành" stations={issuedRoute} />
        <RouteInline label="Đường đi của văn bản bị trả lại" stations={returnedRoute} />
      </div>
      <div className="gallery-two">
        <div className="gallery-sheet">
          <RouteLine label="Đường đi của văn bản đang chờ ký" stations={waitingRoute} now={now} />
        </div>
        <div className="gallery-sheet">
          <RouteLine label="Đường đi của văn bản bị trả lại" stations={returnedRoute} now={now} />
        </div>
      </div>
      <div className="gallery-sheet">
        <RouteLine label="Đường đi của văn bản đã phát hành" stations={issuedRoute} now={now} />
      </div>
      <div className="gallery-two">
        <div className="gallery-sheet">
          <RouteLine label="Phát hành tới nhiều nơi" stations={manyBranches} now={now} />
        </div>
        <div className="gallery-sheet">
          <Timeline
            label="Nhật ký của văn bản"
            events={[
              { id: '4', at: '2026-03-05T01:43:00Z', person: { name: 'Trịnh Thị Mai', post: 'Văn thư' }, text: 'phát hành tới 4 nơi nhận', evidence: [{ label: 'Mã băm SHA-256', value: '9c1e42a7f0b35d1c88a1d3b9a55ef2f0c3b1d49b6f5a0ce9a1f48d0e6b7c3321' }, { label: 'Biên nhận', value: 'B-2026-000412, có dấu thời gian' }] },
              { id: '3', at: '2026-03-05T01:20:00Z', person: { name: 'Nguyễn Anh Tuấn', post: 'Giám đốc Sở', onBehalfOf: 'Trần Quốc Huy' }, text: 'ký văn bản', evidence: [{ label: 'Chữ ký', value: 'PAdES B-T, chứng thư số 5402…9F' }] },
              { id: '2', at: '2026-03-03T03:05:00Z', person: { name: 'Phạm Văn Đức', post: 'Trưởng phòng' }, text: 'cho ý kiến' },
              { id: '1', at: '2026-03-03T02:10:00Z', text: 'chuyển tệp DOCX thành PDF' },
            ]}
          />
        </div>
      </div>
    </>
  );
}
