import { lazy, Suspense, type ReactNode } from 'react';
import { RadioGroup } from '#ui/controls/radio-group.tsx';
import { SkeletonGroup, Skeleton } from '#ui/feedback/skeleton.tsx';
import { Page, Section } from '#ui/layout/page.tsx';
import { setPreference, usePreferences } from '#ui/preferences.ts';
import { AgentSamples } from './agents.tsx';
import { ControlSamples } from './controls.tsx';
import { FeedbackSamples } from './feedback.tsx';
import { Foundations } from './foundations.tsx';
import { ListSamples } from './lists.tsx';
import { MarkSamples } from './marks.tsx';
import { OverlaySamples } from './overlays.tsx';
import { RouteSamples } from './routes.tsx';
import { VerdictSamples } from './verdicts.tsx';
import './gallery.css';

const PdfSamples = lazy(() => import('./documents.tsx').then((module) => ({ default: module.PdfSamples })));

/** Every component in every state, on one page. */
export function GalleryPage(): ReactNode {
  return (
    <main>
      <Page title="Bộ thành phần" subtitle="Mọi thành phần giao diện của Liên Thông, ở mọi trạng thái" bar={<Switches />}>
        <div className="gallery">
          <Section title="Nền: giấy, mực, chàm, son, lúa, ngọc">
            <Foundations />
          </Section>
          <Section title="Nút và ô nhập">
            <ControlSamples />
          </Section>
          <Section title="Nhãn, trạng thái, thời hạn">
            <MarkSamples />
          </Section>
          <Section title="Đường đi và dòng thời gian">
            <RouteSamples />
          </Section>
          <Section title="Danh sách và bảng">
            <ListSamples />
          </Section>
          <Section title="Chữ ký số">
            <VerdictSamples />
          </Section>
          <Section title="Phần mềm ký số trên máy người ký">
            <AgentSamples />
          </Section>
          <Section title="Xem văn bản và đặt chữ ký">
            <Suspense
              fallback={
                <SkeletonGroup>
                  <Skeleton shape="block" height="30rem" />
                </SkeletonGroup>
              }
            >
              <PdfSamples />
            </Suspense>
          </Section>
          <Section title="Hộp thoại, bảng bên, thực đơn, thông báo">
            <OverlaySamples />
          </Section>
          <Section title="Trống, lỗi, không có quyền, đang tải">
            <FeedbackSamples />
          </Section>
        </div>
      </Page>
    </main>
  );
}

function Switches(): ReactNode {
  const { theme, density, language } = usePreferences();
  return (
    <div className="gallery-switches">
      <RadioGroup
        label="Giao diện"
        value={theme}
        onChange={(value) => setPreference('theme', value)}
        options={[
          { value: 'auto', label: 'Theo máy' },
          { value: 'light', label: 'Giấy sáng' },
          { value: 'dark', label: 'Nền tối' },
        ]}
      />
      <RadioGroup
        label="Độ dày"
        value={density}
        onChange={(value) => setPreference('density', value)}
        options={[
          { value: 'compact', label: 'Dày' },
          { value: 'normal', label: 'Vừa' },
          { value: 'roomy', label: 'Thoáng' },
        ]}
      />
      <RadioGroup
        label="Ngôn ngữ"
        value={language}
        onChange={(value) => setPreference('language', value)}
        options={[
          { value: 'vi', label: 'Tiếng Việt' },
          { value: 'en', label: 'English' },
        ]}
      />
    </div>
  );
}
