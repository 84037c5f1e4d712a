import type { ReactNode } from 'react';

const steps = [50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950];
const scales = [
  { token: 'giay', name: 'giấy' },
  { token: 'muc', name: 'mực' },
  { token: 'cham', name: 'chàm' },
  { token: 'son', name: 'son' },
  { token: 'lua', name: 'lúa' },
  { token: 'ngoc', name: 'ngọc' },
];
const sizes = ['2xl', 'xl', 'lg', 'md', 'base', 'sm', 'xs'];

export function Foundations(): ReactNode {
  return (
    <>
      {scales.map(({ token, name }) => (
        <div key={token} className="gallery-scale" role="img" aria-label={`Thang màu ${name}, 11 bậc`}>
          {name}
          {steps.map((step) => (
            <span key={step} style={{ background: `var(--${token}-${String(step)})` }} title={`${name} ${String(step)}`} />
          ))}
        </div>
      ))}
      <div className="gallery-type">
        {sizes.map((size) => (
          <p key={size} style={{ fontSize: `var(--text-${size})` }}>
            Quyết định về việc sắp xếp đơn vị hành chính, số 1.234,5 ngày 05/3/2026 (ậ ẵ ễ ộ ữ ỵ Đ)
          </p>
        ))}
      </div>
    </>
  );
}
