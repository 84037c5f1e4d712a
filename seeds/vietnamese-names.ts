// Invented people: family, middle and given names as they are common in Thanh Hóa and the Mekong delta, put together at random.
const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đỗ', 'Bùi', 'Đặng', 'Ngô', 'Trịnh', 'Lương', 'Mai', 'Hà', 'Cao', 'Đinh', 'Lưu', 'Phan', 'Thạch', 'Kim'] as const;
const menMiddles = ['Văn', 'Đức', 'Minh', 'Quang', 'Hữu', 'Xuân', 'Anh', 'Công', 'Trọng', 'Viết', 'Bá', 'Thế'] as const;
const menGivens = ['Hùng', 'Dũng', 'Sơn', 'Thắng', 'Tuấn', 'Nam', 'Long', 'Hải', 'Bình', 'Khánh', 'Phúc', 'Quân', 'Trung', 'Đạt', 'Cường', 'Tùng', 'Kiên', 'Hiếu'] as const;
const womenMiddles = ['Thị', 'Thu', 'Thanh', 'Ngọc', 'Thùy', 'Kim', 'Bích', 'Hồng', 'Phương', 'Mai', 'Quỳnh'] as const;
const womenGivens = ['Hương', 'Lan', 'Hoa', 'Trang', 'Hà', 'Nga', 'Thảo', 'Yến', 'Hạnh', 'Loan', 'Dung', 'Hiền', 'Oanh', 'Vân', 'Nhung', 'Huệ', 'Liên', 'Tuyết'] as const;

/** Numbers from 0 to 1 that follow from a seed alone (mulberry32), so that the same seed always makes the same province. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A full Vietnamese name of nobody in particular. */
export function inventName(random: () => number): string {
  const isWoman = random() < 0.5;
  const parts = isWoman ? ([families, womenMiddles, womenGivens] as const) : ([families, menMiddles, menGivens] as const);
  return parts.map((part) => part[Math.floor(random() * part.length)] ?? part[0]).join(' ');
}
