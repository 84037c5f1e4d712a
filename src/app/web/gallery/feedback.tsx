import type { ReactNode } from 'react';
import { ApiError } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { Forbidden } from '#ui/feedback/forbidden.tsx';
import { Skeleton, SkeletonGroup } from '#ui/feedback/skeleton.tsx';

const refused = new ApiError({
  status: 503,
  code: 'kernel.unavailable',
  message: 'Cơ sở dữ liệu tạm thời không trả lời. Chưa có gì bị mất hay bị ghi hai lần.',
  fix: 'Chờ vài giây rồi thử lại.',
  requestId: '019c2d1e-8a41-7c33-9e0b-5f1d2a6b7c88',
});

export function FeedbackSamples(): ReactNode {
  return (
    <div className="gallery-two">
      <div className="gallery-sheet">
        <EmptyState title="Chưa có văn bản đến nào" actions={<Button>Xem sổ năm trước</Button>}>
          Văn bản từ cơ quan khác tự hiện ở đây ngay khi tới.
        </EmptyState>
      </div>
      <div className="gallery-sheet">
        <EmptyState kind="last" title="Xong hết việc hôm nay">
          Không còn việc nào chờ bạn.
        </EmptyState>
      </div>
      <div className="gallery-sheet">
        <EmptyState kind="filtered" title="Không có văn bản nào khớp" actions={<Button>Bỏ lọc</Button>}>
          Thử bớt điều kiện lọc.
        </EmptyState>
      </div>
      <div className="gallery-sheet">
        <ErrorState error={refused} onRetry={() => undefined} />
      </div>
      <div className="gallery-sheet">
        <ErrorState error={new TypeError('x is undefined')} />
      </div>
      <div className="gallery-sheet">
        <Forbidden />
      </div>
      <div className="gallery-sheet">
        <SkeletonGroup>
          <Skeleton shape="title" />
          <Skeleton width="90%" />
          <Skeleton width="84%" />
          <Skeleton width="62%" />
          <Skeleton shape="block" />
        </SkeletonGroup>
      </div>
    </div>
  );
}
