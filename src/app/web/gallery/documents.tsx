import { useMemo, useState, type ReactNode } from 'react';
import { formatNumber } from '#ui/format.ts';
import { Details } from '#ui/layout/details.tsx';
import { PdfViewer, type PdfRect, type Placement } from '#ui/pdf/pdf-viewer.tsx';
import { samplePdf } from './sample-pdf.ts';

export function PdfSamples(): ReactNode {
  const data = useMemo(() => samplePdf(), []);
  const [place, setPlace] = useState<Placement | undefined>({ page: 1, x: 330, y: 560, width: 150, height: 60 });
  const [rect, setRect] = useState<PdfRect | undefined>(undefined);
  return (
    <div className="gallery-two">
      <div className="gallery-pdf">
        <PdfViewer
          source={{ data }}
          name="Công văn mẫu"
          highlights={[{ id: 'number', place: { page: 1, x: 85, y: 120, width: 90, height: 20 }, label: 'Chỗ ghi số', tone: 'warn' }]}
          placing={{
            look: { kind: 'signature', label: 'Chữ ký của Nguyễn Anh Tuấn' },
            value: place,
            size: { width: 150, height: 60 },
            onChange: (placement, inFile) => {
              setPlace(placement);
              setRect(inFile);
            },
          }}
        />
      </div>
      <div>
        <h3>Vị trí báo ra, tính bằng điểm</h3>
        <Details
          items={[
            { label: 'Trên trang đang xem (gốc trên trái)', value: place && `trang ${String(place.page)}: ${[place.x, place.y, place.width, place.height].map((value) => formatNumber(Math.round(value))).join(' · ')}`, wide: true },
            { label: 'Trong tệp (gốc dưới trái)', value: rect && `trang ${String(rect.page)}: ${[rect.x, rect.y, rect.w, rect.h].map((value) => formatNumber(Math.round(value))).join(' · ')}`, wide: true },
          ]}
        />
        <h3>Tệp hỏng</h3>
        <div className="gallery-pdf gallery-pdf-small">
          <PdfViewer source={{ data: brokenPdf }} name="Tệp hỏng" />
        </div>
      </div>
    </div>
  );
}

const brokenPdf = new TextEncoder().encode('đây không phải PDF');
